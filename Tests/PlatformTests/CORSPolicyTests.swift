import Testing

@testable import Platform

@Suite("Origins that may open a socket")
struct CORSPolicyTests {
    private let policy = CORSPolicy(origins: ["http://localhost:5173"])

    @Test(
        "a listed origin, the service's own pages, and clients that are no browser",
        arguments: [
            ("http://localhost:5173", "localhost:8000"), (nil, "localhost:8000"), ("http://localhost:8000", "localhost:8000"),
            ("https://api.example.org", "api.example.org"),
        ] as [(String?, String?)]
    )
    func allowed(_ origin: String?, _ host: String?) { #expect(policy.allows(origin: origin, host: host)) }

    @Test(
        "no other",
        arguments: [
            ("https://evil.example", "localhost:8000"), ("http://localhost", "localhost:8000"),
            ("http://localhost:80001", "localhost:8000"),
            ("null", "localhost:8000"), ("http://", ""), ("http://localhost:8000", nil), ("ws://localhost:8000", "localhost:8000"),
        ] as [(String?, String?)]
    )
    func refused(_ origin: String?, _ host: String?) { #expect(!policy.allows(origin: origin, host: host)) }
}
