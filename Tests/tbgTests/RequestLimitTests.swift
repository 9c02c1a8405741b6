import API
import HTTPTypes
import NIOCore
import Platform
import Testing

@testable import tbg

/// The limits of spec 01 §5, over a real connection.
@Suite("Request limits", .serialized)
struct RequestLimitTests {
    /// A route that takes a body, without credentials or limits.
    private struct Text: EndpointInput {
        let text: String?

        init(from fields: inout RequestFields) { text = fields.optionalBody("text", .string(0...200_000)) }
    }

    private static let echo = Endpoint<Text, EmptyObject>(
        .post,
        "/test/echo",
        id: "testEcho",
        tag: "Test",
        summary: "Takes a body",
        auth: .none,
        rate: .none
    )

    private func run(deadlines: RequestDeadlines = RequestDeadlines(), _ body: @escaping @Sendable (Rig) async throws -> Void) async throws
    {
        try await Rig.run(deadlines: deadlines, addRoutes: { $0.add(Self.echo) { _, _ in EmptyObject() } }, body)
    }

    private func answer(_ text: String) throws -> Answer { try #require(Answer(text), "\(text.prefix(200))") }

    @Test("A request line of more than 8 KB is 414")
    func requestLine() async throws {
        try await run { rig in
            let fits = try await rig.wire.get("/health?" + String(repeating: "a", count: 8_192 - "GET /health? HTTP/1.1\r\n".utf8.count))
            #expect(fits.status == 200)
            for length in [8_200, 20_000, 60_000] {
                let long = try await rig.wire.get("/health?" + String(repeating: "a", count: length))
                expectEnvelope(long, 414, "uri_too_long", "\(length)")
            }
        }
    }

    @Test("More than 100 header fields or 16 KB of them are 431")
    func headers() async throws {
        try await run { rig in
            // Host and Connection are two more.
            let many = (0..<98).map { ("X-A\($0)", "1") }
            #expect(try await rig.wire.get("/health", many).status == 200)
            expectEnvelope(try await rig.wire.get("/health", many + [("X-B", "1")]), 431, "headers_too_large")
            let large = [("X-Large", String(repeating: "a", count: 15_000))]
            #expect(try await rig.wire.get("/health", large).status == 200)
            expectEnvelope(
                try await rig.wire.get("/health", large + [("X-More", String(repeating: "a", count: 1_500))]),
                431,
                "headers_too_large"
            )
            expectEnvelope(
                try await rig.wire.get("/health", [("X-Large", String(repeating: "a", count: 40_000))]),
                431,
                "headers_too_large"
            )
        }
    }

    @Test("What is refused before any route is logged and counted like any request")
    func rejectionsAreObserved() async throws {
        try await run { rig in
            let refused = try await rig.wire.get("/" + String(repeating: "a", count: 9_000))
            let events = rig.events(of: refused.requestID)
            #expect(events.count == 1)
            #expect(events.first?["status"] == 414)
            #expect(events.first?["error_code"]?.stringValue == "uri_too_long")
            expectEnvelope(try answer(try await rig.wire.exchange(["NONSENSE\r\n\r\n"])), 400, "bad_request")
        }
    }

    @Test("Exactly 64 KB pass, one byte more is 413, announced or chunked")
    func bodySize() async throws {
        try await run { rig in
            func padded(_ count: Int) -> String { "{}" + String(repeating: " ", count: count - 2) }
            #expect(try await rig.wire.send("POST", "/test/echo", body: padded(65_536)).status == 200)
            expectEnvelope(try await rig.wire.send("POST", "/test/echo", body: padded(65_537)), 413, "payload_too_large")

            let head = "POST /test/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            let chunk = "4000\r\n" + String(repeating: " ", count: 0x4000) + "\r\n"
            let fits = try answer(
                try await rig.wire.exchange([head.replacing("Host: x", with: "Host: x\r\nConnection: close"), "2\r\n{}\r\n0\r\n\r\n"])
            )
            #expect(fits.status == 200)
            // The body never ends: only the limit ends the exchange.
            let endless = try answer(try await rig.wire.exchange([head] + Array(repeating: chunk, count: 5)))
            expectEnvelope(endless, 413, "payload_too_large")
            #expect(endless["connection"] == "close")
        }
    }

    @Test("A body on an unknown path is bounded too, and so is what follows an answer")
    func unwantedBody() async throws {
        try await run { rig in
            expectEnvelope(try await rig.wire.send("POST", "/nope", body: String(repeating: " ", count: 65_537)), 413, "payload_too_large")
            let head = "POST /nope HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            let chunk = "10000\r\n" + String(repeating: " ", count: 0x10000) + "\r\n"
            // Answered at once; the sender goes on for ever and is cut off.
            let text = try await rig.wire.exchange([head] + Array(repeating: chunk, count: 64))
            #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test(
        "Bodies that are no JSON, or not declared as JSON",
        arguments: [
            (#"{"a":1}x"#, "application/json", 400, "malformed_json"), ("{", "application/json", 400, "malformed_json"),
            ("\u{FEFF}{}", "application/json", 400, "malformed_json"), (#"{"text":1e400}"#, "application/json", 400, "malformed_json"),
            ("{}", "text/plain", 415, "unsupported_media_type"), ("{}", "application/json; charset=latin1", 415, "unsupported_media_type"),
            ("[]", "application/json", 422, "validation_error"), (#"{"text":"\ud800"}"#, "application/json", 422, "validation_error"),
            (#"{"text":"a\u0000"}"#, "application/json", 422, "validation_error"),
            (#"{"text":5}"#, "application/json", 422, "validation_error"),
        ]
    )
    func badBodies(body: String, type: String, status: Int, code: String) async throws {
        try await run { rig in
            expectEnvelope(try await rig.wire.send("POST", "/test/echo", [("Content-Type", type)], body: body), status, code)
        }
    }

    @Test("Nesting of 16 passes, 17 is 400; the last of duplicate members counts; an empty object and no body are fine")
    func goodBodies() async throws {
        try await run { rig in
            func nested(_ depth: Int) -> String {
                #"{"x":"# + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
            }
            #expect(try await rig.wire.send("POST", "/test/echo", body: nested(16)).status == 200)
            expectEnvelope(try await rig.wire.send("POST", "/test/echo", body: nested(17)), 400, "malformed_json")
            #expect(try await rig.wire.send("POST", "/test/echo", body: #"{"text":5,"text":"a"}"#).status == 200)
            #expect(try await rig.wire.send("POST", "/test/echo", body: "{}").status == 200)
            #expect(try await rig.wire.send("POST", "/test/echo", [("Content-Type", "text/plain"), ("Content-Length", "0")]).status == 200)
            #expect(try await rig.wire.get("/health", [("Content-Type", "application/json")]).status == 200)
            let encoded = try await rig.wire.send("POST", "/test/echo", [("Content-Encoding", "gzip")], body: "{}")
            expectEnvelope(encoded, 415, "unsupported_media_type")
            let untyped = "POST /test/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
            expectEnvelope(try answer(try await rig.wire.exchange([untyped])), 415, "unsupported_media_type")
        }
    }

    @Test("A body that does not arrive in time is 408, and the connection is closed")
    func slowBody() async throws {
        try await run(deadlines: RequestDeadlines(limit: .milliseconds(200))) { rig in
            let head = "POST /test/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"
            let late = try answer(try await rig.wire.exchange([head]))
            expectEnvelope(late, 408, "request_timeout")
            #expect(late["connection"] == "close")
        }
    }

    @Test("A body that breaks the rules of chunks is the client's fault")
    func brokenChunks() async throws {
        try await run { rig in
            let head = "POST /test/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            let text = try await rig.wire.exchange([head, "2\r\n{}\r\n", "zzz\r\n\r\n"])
            #expect(text.hasPrefix("HTTP/1.1 400 "))
            rig.runtime.logs.flush()
            #expect(!rig.logs.events.contains { $0["level"]?.stringValue == "error" })
        }
    }
}
