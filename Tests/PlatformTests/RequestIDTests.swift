import HTTPTypes
import Testing

@testable import Platform

@Suite("Request id and origins")
struct RequestIDTests {
    @Test("A well-formed id is kept", arguments: ["test-abc-123", "12345678", String(repeating: "x", count: 64), "a.b_c-d.1"])
    func kept(id: String) {
        #expect(RequestID.choose(id, random: .system) == id)
    }

    @Test("Any other id is replaced by a UUID", arguments: ["1234567", String(repeating: "x", count: 65), "bad id\r\n", "ünïcödé-id", ""])
    func replaced(id: String) {
        let chosen = RequestID.choose(id, random: .system)
        #expect(chosen != id)
        #expect(chosen.utf8.count == 36)
    }

    @Test("A missing id becomes a version 4 UUID from the random source")
    func made() {
        #expect(RequestID.choose(nil, random: RandomSource { _ in Array(0..<16) }) == "00010203-0405-4607-8809-0a0b0c0d0e0f")
    }

    @Test(
        "Origins are compared exactly",
        arguments: [
            ("http://localhost:5173", true), ("http://localhost:5174", false), ("https://localhost:5173", false),
            ("HTTP://LOCALHOST:5173", false), ("null", false),
        ]
    )
    func origins(origin: String, isListed: Bool) {
        let policy = CORSPolicy(origins: ["http://localhost:5173"])
        #expect(policy.preflightHeaders(for: origin)[.accessControlAllowOrigin] == (isListed ? origin : nil))
        #expect(policy.allows(origin: origin, host: nil) == isListed)
    }

    @Test("An absent origin is allowed and gets no header but Vary")
    func absentOrigin() {
        let policy = CORSPolicy(origins: ["http://localhost:5173"])
        var headers = HTTPFields()
        policy.add(to: &headers, origin: nil)
        #expect(policy.allows(origin: nil, host: nil))
        #expect(headers[.vary] == "Origin")
        #expect(headers[.accessControlAllowOrigin] == nil)
    }

    @Test("A listed origin's preflight names methods, headers and an hour, and no credentials")
    func preflight() {
        let headers = CORSPolicy(origins: ["http://localhost:5173"]).preflightHeaders(for: "http://localhost:5173")
        #expect(headers[.accessControlMaxAge] == "3600")
        #expect(headers[.accessControlAllowHeaders]?.lowercased().contains("authorization, content-type") == true)
        #expect(headers[.accessControlAllowCredentials] == nil)
    }
}
