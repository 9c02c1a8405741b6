import API
import HTTPTypes
import Platform
import Prometheus
import Testing

@testable import tbg

/// Nothing secret in the log at debug level (spec 01 §8, §14.21; 11 §15.10).
@Suite("Log scrub", .serialized)
struct LogScrubTests {
    private static let page = Endpoint<NoInput, EmptyObject>(
        .get,
        "/test/page/{address}",
        id: "testAddress",
        tag: "Test",
        summary: "Named",
        auth: .none,
        rate: .relaxed
    )

    @Test("Tokens, keys, passwords, addresses, signatures and query strings of a whole run appear nowhere")
    func scrub() async throws {
        let variables = [
            "SESSION_KEY": String(repeating: "5e55", count: 16), "PRIVACY_HASH_KEY": String(repeating: "9a1b", count: 16),
            "SMTP_PASSWORD": "smtp-hunter2",
            "TRUSTED_PROXIES": "127.0.0.0/8",
        ]
        try await Rig.run(variables) { rig in
            let address = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
            let user = try await rig.user(address)
            let apiKey = "tbg_live_0123456789abcdefghijklmnopqrstuv"
            let body = """
                {"btc_address":"\(address)","email":"alice.secret@example.com","password":"hunter2hunter2","signature":"c2lnbmF0dXJlLXZhbHVl",\
                "nonce":"a1b2c3d4e5f6a7b8c9d0","refresh_token":"refresh.secret.value","token":"one-time-token-value"}
                """
            for route in rig.server.table.descriptions {
                let path = route.fields(in: .path).reduce(route.path) { $0.replacing("{\($1.name)}", with: address) }
                for headers in [
                    [user.header], [("Authorization", "Bearer forged.secret.token")], [("X-API-Key", apiKey)],
                    [("Cookie", "sid=cookie-secret-value")],
                ] {
                    let query = "?token=\(user.token)&email=alice.secret@example.com&q=query-secret-value"
                    let all = headers + [("X-Forwarded-For", "203.0.113.77")]
                    _ = try await rig.wire.send(route.method.rawValue, path + query, all, body: route.method == .get ? nil : body)
                }
            }
            rig.runtime.logs.flush()
            let log = rig.logs.text.joined()
            #expect(log.contains("\"level\":\"info\""))
            for secret in [
                user.token, apiKey, address, "alice.secret", "hunter2", "c2lnbmF0dXJlLXZhbHVl", "a1b2c3d4e5f6a7b8c9d0",
                "refresh.secret.value",
                "one-time-token-value", "forged.secret.token", "cookie-secret-value", "query-secret-value", "203.0.113.77", "5e555e55",
                "9a1b9a1b",
                "PRIVATE KEY", "postgres://", "redis://", "unix://",
            ] {
                #expect(!log.contains(secret), "\(secret)")
            }
            #expect(log.contains("203.0.113.0/24"))
            // Metrics are read by many, too.
            let page = String(decoding: rig.metrics.render(), as: UTF8.self)
            for secret in [address, user.token, "alice", "203.0.113", "/test/page/bc1"] { #expect(!page.contains(secret)) }
        }
    }

    @Test("One access line a request, with its members; probes at debug, refusals at info")
    func accessLines() async throws {
        try await Rig.run { rig in
            let user = try await rig.user("bc1quser")
            let found = try await rig.wire.get("/version", [user.header])
            let missing = try await rig.wire.get("/nope/\(user.token)")
            let (probe, refusal) = (rig.events(of: found.requestID), rig.events(of: missing.requestID))
            #expect(probe.count == 1 && refusal.count == 1)
            #expect(probe.first?["level"] == "debug")
            let line = try #require(refusal.first)
            #expect(line["level"] == "info" && line["method"] == "GET" && line["route"] == "unmatched" && line["status"] == 404)
            #expect(line["error_code"] == "not_found" && line["ip"] == "127.0.0.0/24" && line["node"] == "test-node")
            for name in ["ts", "msg", "event", "duration_ms", "bytes", "version"] { #expect(line[name] != nil, "\(name)") }
        }
    }
}
