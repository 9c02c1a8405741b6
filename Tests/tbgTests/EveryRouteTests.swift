import API
import HTTPTypes
import Platform
import Testing

@testable import tbg

/// Tests made from the route table: they hold for every route that is ever added (spec 01 §12).
@Suite("Every route", .serialized)
struct EveryRouteTests {
    private static let origin = ("Origin", "http://localhost:5173")

    private func path(_ route: RouteDescription) -> String {
        route.fields(in: .path).reduce(route.path) { $0.replacing("{\($1.name)}", with: "5") }
    }

    private func body(_ route: RouteDescription) -> String? { route.method == .get ? nil : "{}" }

    /// What must be true of an answer whatever it is.
    private func check(_ answer: Answer, _ what: Comment) {
        expectCommonHeaders(answer, what)
        #expect(answer["vary"]?.contains("Origin") == true, what)
        #expect(answer["access-control-allow-origin"] == Self.origin.1, what)
        #expect(answer["access-control-allow-credentials"] == nil, what)
        #expect(answer["access-control-expose-headers"]?.contains("X-Request-Id") == true, what)
        if answer.status >= 400 { expectEnvelope(answer, answer.status, nil, what) }
        #expect(answer.status < 500 || answer.status == 503, what)
        #expect(answer.status != 204, what)
        if answer.status < 300 { #expect(!answer.body.isEmpty, what) }
    }

    @Test("Callers without, with bad and with a banned user's credentials are refused before their input is looked at")
    func credentials() async throws {
        try await Rig.run { rig in
            let banned = try await rig.user("bc1qbanned", isBanned: true)
            for route in rig.server.table.descriptions where !route.auth.isOptional && route.auth != .socketToken {
                let what: Comment = "\(route.method) \(route.path)"
                func call(_ headers: [(String, String)]) async throws -> Answer {
                    try await rig.wire.send(route.method.rawValue, path(route), headers + [Self.origin], body: body(route))
                }
                for header in ["Bearer garbage", "Bearer a.b.c", "Basic eDp5", "Bearer"] {
                    let answer = try await call([("Authorization", header)])
                    check(answer, what)
                    expectEnvelope(answer, 401, nil, what)
                }
                let anonymous = try await call([])
                check(anonymous, what)
                expectEnvelope(anonymous, 401, "unauthorized", what)
                #expect(anonymous["www-authenticate"] == "Bearer", what)
                let refused = try await call([banned.header])
                check(refused, what)
                expectEnvelope(refused, 403, "account_banned", what)
            }
        }
    }

    @Test("A body of more than 64 KB is refused and the connection closed")
    func oversized() async throws {
        try await Rig.run { rig in
            let user = try await rig.user("bc1quser")
            let big = #"{"x":""# + String(repeating: "a", count: 65_536) + #""}"#
            for route in rig.server.table.descriptions where route.maximumBodyBytes == 65_536 {
                let answer = try await rig.wire.send(route.method.rawValue, path(route), [user.header, Self.origin], body: big)
                check(answer, "\(route.method) \(route.path)")
                expectEnvelope(answer, 413, "payload_too_large", "\(route.method) \(route.path)")
                #expect(answer["connection"] == "close")
            }
        }
    }

    @Test("A method a path does not have is refused with those it has")
    func wrongMethod() async throws {
        try await Rig.run { rig in
            let table = rig.server.table.descriptions
            for route in table {
                let answer = try await rig.wire.send("PURGE", path(route), [Self.origin])
                check(answer, "PURGE \(route.path)")
                expectEnvelope(answer, 405, "method_not_allowed", "PURGE \(route.path)")
                let allowed = Set((answer["allow"] ?? "").split(separator: ", ").map(String.init))
                let declared = Set(table.filter { $0.path == route.path }.map(\.method.rawValue))
                #expect(allowed == declared.union(declared.contains("GET") ? ["HEAD", "OPTIONS"] : ["OPTIONS"]))
                let options = try await rig.wire.send("OPTIONS", path(route), [Self.origin])
                check(options, "OPTIONS \(route.path)")
                #expect(options.status == 200 && options.body == "{}" && options["allow"] == answer["allow"])
            }
        }
    }

    @Test("HEAD answers like GET, without the body")
    func head() async throws {
        // These differ from one answer to the next.
        let changing: Set<String> = ["x-request-id", "date", "x-ratelimit-remaining", "content-security-policy"]
        try await Rig.run { rig in
            let user = try await rig.user("bc1quser")
            for route in rig.server.table.descriptions where route.method == .get {
                for headers in [[Self.origin], [Self.origin, user.header]] {
                    let get = try await rig.wire.send("GET", path(route), headers)
                    let head = try await rig.wire.send("HEAD", path(route), headers)
                    let what: Comment = "\(route.path)"
                    check(get, what)
                    #expect(head.status == get.status, what)
                    #expect(head.body.isEmpty, what)
                    let ownHeaders = head.headers.filter { !changing.contains($0.name) }.map { "\($0.name): \($0.value)" }
                    let theirHeaders = get.headers.filter { !changing.contains($0.name) }.map { "\($0.name): \($0.value)" }
                    #expect(Set(ownHeaders) == Set(theirHeaders), what)
                }
            }
        }
    }

    @Test("A signed-in user gets the declared status or a documented refusal, and JSON where JSON is declared")
    func signedIn() async throws {
        try await Rig.run { rig in
            let user = try await rig.user("bc1quser")
            for route in rig.server.table.descriptions {
                let answer = try await rig.wire.send(
                    route.method.rawValue,
                    path(route),
                    [user.header, Self.origin],
                    body: body(route)
                )
                let what: Comment = "\(route.method) \(route.path)"
                check(answer, what)
                if answer.status < 400 {
                    #expect(answer.status == route.status.code, what)
                    #expect(answer["cache-control"] == route.cache.headerValue, what)
                    if case .json = route.output { #expect(answer.json != nil, what) }
                }
            }
        }
    }
}
