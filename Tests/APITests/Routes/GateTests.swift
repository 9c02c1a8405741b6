import API
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import Testing

@Suite("Gate")
struct GateTests {
    @Test("authentication precedes validation", arguments: [nil, "not json", "[]", "{}", #"{"email":1}"#])
    func authFirst(body: String?) async throws {
        let response = try await send(.post, "/items", body: body)
        #expect(response.status == .unauthorized)
        #expect(response.code == "unauthorized")
        #expect(response.headers[.wwwAuthenticate] == "Bearer")
        #expect(response.headers[.gateRoute] == "createItem")
    }

    @Test("a bad token is named in the challenge")
    func badToken() async throws {
        let response = try await send(.delete, "/items/5", headers: [.authorization: "Bearer bad"])
        #expect(response.headers[.wwwAuthenticate] == "Bearer error=\"invalid_token\"")
    }

    @Test("the gate's header fields are on errors too")
    func headers() async throws {
        #expect(try await send(.get, "/items?limit=0").headers[.gateRoute] == "listItems")
        #expect(try await send(.get, "/fail").headers[.gateRoute] == "fail")
    }

    @Test("the body is read before the gate only where the rate class needs it")
    func subject() async throws {
        let body = #"{"email":"me@example.org","password":"12345678"}"#
        #expect(try await send(.post, "/sign-in", body: body).headers[.gateSubject] == "me@example.org")
        #expect(try await send(.post, "/items", body: body).headers[.gateSubject] == nil)
    }

    @Test("a body that is no object reaches the gate as none and fails afterwards")
    func badSubject() async throws {
        let response = try await send(.post, "/sign-in", body: "{")
        #expect(response.status == .badRequest)
        #expect(response.headers[.gateRoute] == "signIn")
        #expect(response.headers[.gateSubject] == nil)
    }
}

/// Handlers that may be called again (spec 01 §6).
@Suite("Retryable handlers")
struct RetryTests {
    private struct Lost: Error {}

    private final class Tally: Sendable {
        private let count = Atomic(0)
        var value: Int { count.load(ordering: .relaxed) }
        func next() -> Int { count.add(1, ordering: .relaxed).newValue }
    }

    private func calls(isRetryable: Bool, succeedsAt success: Int, allowed: Int) async throws -> (status: HTTPResponse.Status, calls: Int) {
        let tally = Tally()
        var table = RouteTable<TestContext>()
        table.add(
            Endpoint<NoInput, EmptyObject>(
                .post,
                "/try",
                id: "try",
                tag: "T",
                summary: "Tries",
                auth: .none,
                rate: .none,
                isRetryable: isRetryable
            )
        ) { _, _ in
            guard tally.next() == success else { throw Lost() }
            return EmptyObject()
        }
        let router = Router(context: TestContext.self)
        let responder = try RouteResponder(
            table,
            gate: OpenGate(),
            mapError: { _, _, _ in .unavailable() },
            shouldRetry: { error, attempt in error is Lost && attempt < allowed }
        )
        router.add(middleware: RouteMiddleware(responder))
        let status = try await Application(router: router).test(.router) { try await $0.execute(uri: "/try", method: .post).status }
        return (status, tally.value)
    }

    @Test("are called again as often as the rule allows, all others once")
    func attempts() async throws {
        #expect(try await calls(isRetryable: true, succeedsAt: 2, allowed: 3) == (.ok, 2))
        #expect(try await calls(isRetryable: true, succeedsAt: 9, allowed: 3) == (.serviceUnavailable, 3))
        #expect(try await calls(isRetryable: false, succeedsAt: 2, allowed: 3) == (.serviceUnavailable, 1))
    }
}
