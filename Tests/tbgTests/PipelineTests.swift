import API
import HTTPTypes
import Platform
import Testing

@testable import tbg

/// Request ids, CORS and meta routes over a real connection (spec 01 §4, §9, §13, §14).
@Suite("Pipeline", .serialized)
struct PipelineTests {
    private static let origin = ("Origin", "http://localhost:5173")

    // MARK: request id

    @Test("A well-formed id is echoed, any other replaced, on every kind of answer")
    func requestIDs() async throws {
        try await Rig.run { rig in
            #expect(try await rig.wire.get("/health").requestID?.utf8.count == 36)
            for path in ["/health", "/nope", "/version"] {
                #expect(try await rig.wire.get(path, [("X-Request-Id", "test-abc-123")]).requestID == "test-abc-123")
            }
            for bad in ["1234567", String(repeating: "x", count: 65), "bad id ", "ünïcödé-id", "a/b/c/d/e"] {
                let answer = try await rig.wire.get("/nope", [("X-Request-Id", bad)])
                expectEnvelope(answer, 404, "not_found")
                #expect(answer.requestID?.utf8.count == 36)
            }
            // A line feed in a field ends it: the rest is another field, and nothing of it comes back in the id.
            let injected = try await rig.wire.exchange([
                "GET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: bad id\r\nSet-Cookie: a=b\r\n\r\n"
            ])
            #expect(!injected.contains("a=b"))
            let twice = try await rig.wire.get("/nope", [("X-Request-Id", "first-one-1"), ("X-Request-Id", "second-one-2")])
            #expect(twice.requestID == "first-one-1")
            let preflight = try await rig.wire.send(
                "OPTIONS",
                "/nope",
                [Self.origin, ("Access-Control-Request-Method", "GET"), ("X-Request-Id", "preflight-1")]
            )
            #expect(preflight.requestID == "preflight-1")
        }
    }

    // MARK: CORS

    @Test("A preflight from a listed origin is answered for any path, from another without permission")
    func preflight() async throws {
        try await Rig.run { rig in
            func preflight(_ path: String, _ origin: String) async throws -> Answer {
                try await rig.wire.send(
                    "OPTIONS",
                    path,
                    [
                        ("Origin", origin), ("Access-Control-Request-Method", "GET"),
                        ("Access-Control-Request-Headers", "authorization,content-type"),
                    ]
                )
            }
            for path in ["/api/v1/dashboard/stats", "/no/such/path", "/ws", "/health"] {
                let answer = try await preflight(path, "http://localhost:5173")
                #expect(answer.status == 200 && answer.body == "{}")
                #expect(answer["access-control-allow-origin"] == "http://localhost:5173")
                let allowed = (answer["access-control-allow-headers"] ?? "").lowercased().split(separator: ", ").map(String.init)
                #expect(allowed == ["authorization", "content-type", "x-api-key", "x-request-id", "x-onboarding-token", "if-none-match"])
                #expect(answer["access-control-allow-methods"] == "GET, POST, PUT, PATCH, DELETE, OPTIONS")
                #expect(answer["access-control-max-age"] == "3600")
                #expect(answer["access-control-allow-credentials"] == nil)
                #expect(answer["vary"] == "Origin")
                expectCommonHeaders(answer, "\(path)")
            }
            for origin in ["https://evil.example", "http://localhost:5174", "https://localhost:5173", "HTTP://LOCALHOST:5173", "null"] {
                let answer = try await preflight("/version", origin)
                #expect(answer.status == 200)
                #expect(!answer.headers.contains { $0.name.hasPrefix("access-control-") })
                #expect(answer["vary"] == "Origin")
            }
        }
    }

    @Test("An unlisted origin's request is processed, but its browser may not read the answer")
    func unlistedOrigin() async throws {
        try await Rig.run { rig in
            for origin in ["https://evil.example", "null", "http://localhost:5174"] {
                let answer = try await rig.wire.get("/version", [("Origin", origin)])
                #expect(answer.status == 200)
                #expect(!answer.headers.contains { $0.name.hasPrefix("access-control-") })
            }
            #expect(try await rig.wire.get("/version")["vary"] == "Origin")
        }
    }

    @Test("A thousand preflights leave the rate limits untouched")
    func preflightsAreFree() async throws {
        try await Rig.run(["RATE_LIMIT_SCALE": "1"]) { rig in
            let one = "OPTIONS /nope HTTP/1.1\r\nHost: x\r\nOrigin: http://localhost:5173\r\nAccess-Control-Request-Method: GET\r\n\r\n"
            let last = one.replacing("Host: x", with: "Host: x\r\nConnection: close")
            let text = try await rig.wire.exchange([String(repeating: one, count: 999) + last])
            #expect(text.split(separator: "HTTP/1.1 200 OK").count == 1_000)
            #expect(try await rig.wire.get("/nope")["x-ratelimit-remaining"] == "59")
        }
    }

    // MARK: meta routes

    @Test("Health is exactly healthy, however often it is asked")
    func health() async throws {
        try await Rig.run(["RATE_LIMIT_SCALE": "1"]) { rig in
            let answer = try await rig.wire.get("/health")
            #expect(answer.status == 200 && answer.body == #"{"status":"healthy"}"#)
            let one = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
            for _ in 0..<10 {
                let text = try await rig.wire.exchange([
                    String(repeating: one, count: 999) + one.replacing("Host: x", with: "Host: x\r\nConnection: close")
                ])
                #expect(text.split(separator: "HTTP/1.1 200 OK").count == 1_000)
            }
        }
    }

    @Test("Version tells its four fields")
    func version() async throws {
        try await Rig.run(["BTC_NETWORK": "signet"]) { rig in
            let answer = try await rig.wire.get("/version")
            #expect(answer.json?.objectValue?.map(\.name) == ["version", "environment", "commit", "btc_network"])
            #expect(answer.json?["version"]?.stringValue == BuildInfo.version)
            #expect(answer.json?["environment"] == "test")
            #expect(answer.json?["btc_network"] == "signet")
            let commit = try #require(answer.json?["commit"]?.stringValue)
            #expect(commit == "unknown" || (commit.utf8.count == 40 && commit.allSatisfy(\.isHexDigit)))
            if let built = Variables["BUILD_COMMIT"] { #expect(commit == built) }
        }
    }

    @Test("Unknown paths, trailing slashes and other case are 404; nothing redirects; metrics are not public")
    func unknownPaths() async throws {
        try await Rig.run { rig in
            for path in ["/nope", "/version/", "/Version", "/api/v1/", "/metrics", "/%00", "/a?b=%zz"] {
                expectEnvelope(try await rig.wire.get(path), 404, "not_found", "\(path)")
            }
            expectEnvelope(try await rig.wire.send("DELETE", "/version"), 405, "method_not_allowed")
            #expect(try await rig.wire.send("DELETE", "/version")["allow"] == "GET, HEAD, OPTIONS")
        }
    }

    @Test("The document lists exactly the routes, each with its rules, and is not sent twice")
    func openAPI() async throws {
        try await Rig.run { rig in
            let answer = try await rig.wire.get("/openapi.json")
            #expect(answer.status == 200)
            #expect(answer["cache-control"] == "public, max-age=300")
            let document = try #require(answer.json)
            #expect(document["openapi"] == "3.1.0")
            #expect(document["info"]?["version"]?.stringValue == BuildInfo.version)
            var listed: Set<String> = []
            for (path, item) in document["paths"]?.objectValue?.map({ ($0.name, $0.value) }) ?? [] {
                for (method, operation) in item.objectValue?.map({ ($0.name, $0.value) }) ?? [] {
                    listed.insert("\(method.uppercased()) \(path)")
                    #expect(operation["x-auth"]?.stringValue?.isEmpty == false)
                    #expect(operation["x-rate-class"]?.stringValue?.isEmpty == false)
                    #expect(operation["operationId"]?.stringValue?.isEmpty == false)
                }
            }
            #expect(listed == Set(rig.server.table.descriptions.map { "\($0.method.rawValue) \($0.path)" }))
            let tag = try #require(answer["etag"])
            let again = try await rig.wire.get("/openapi.json", [("If-None-Match", tag)])
            #expect(again.status == 304 && again.body.isEmpty)
        }
    }

    @Test("The pages carry a policy of their own and nothing from elsewhere, and can be turned off")
    func pages() async throws {
        try await Rig.run { rig in
            for path in ["/docs", "/redoc"] {
                let page = try await rig.wire.get(path)
                #expect(page.status == 200 && page["content-type"] == "text/html; charset=utf-8")
                let policy = try #require(page["content-security-policy"])
                for part in [
                    "default-src 'none'", "connect-src 'self'", "script-src 'nonce-", "style-src 'nonce-", "base-uri 'none'",
                    "frame-ancestors 'none'",
                ] {
                    #expect(policy.contains(part))
                }
                #expect(!page.body.contains("src=\"http") && !page.body.contains("href=\"http"))
                #expect(try await rig.wire.get(path)["content-security-policy"] != policy)
            }
        }
        try await Rig.run(["DOCS_ENABLED": "false"]) { rig in
            for path in ["/docs", "/redoc"] { expectEnvelope(try await rig.wire.get(path), 404, "not_found") }
        }
    }
}
