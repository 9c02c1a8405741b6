import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import API

@Suite("Documentation routes")
struct DocumentationTests {
    private func table(servesPages: Bool = true) throws -> RouteTable<TestContext> {
        var table = makeTable()
        try table.addDocumentation(OpenAPIInfo(title: "Items", version: "1"), servesPages: servesPages)
        return table
    }

    @Test("/openapi.json lists itself and all others, can be kept, and knows its tag")
    func document() async throws {
        let response = try await send(.get, "/openapi.json", table: table())
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "application/json; charset=utf-8")
        #expect(response.headers[.cacheControl] == "public, max-age=300")
        let paths = try #require(response.json?["paths"]?.objectValue)
        #expect(Set(paths.map(\.name)) == Set(try table().descriptions.map(\.path)))
        let tag = try #require(response.headers[.eTag])
        #expect(try await send(.get, "/openapi.json", headers: [.ifNoneMatch: tag], table: table()).status == .notModified)
    }

    @Test("the pages allow exactly their own script and style", arguments: ["/docs", "/redoc"])
    func pages(path: String) async throws {
        let response = try await send(.get, path, table: table())
        let policy = try #require(response.headers[.contentSecurityPolicy])
        let nonce = try #require(policy.split(separator: "'nonce-").dropFirst().first?.split(separator: "'").first)
        #expect(nonce.count == 22)
        #expect(
            policy
                == "default-src 'none'; connect-src 'self'; img-src 'self' data:; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; "
                + "base-uri 'none'; frame-ancestors 'none'"
        )
        let page = String(buffer: response.body)
        #expect(response.headers[.contentType] == "text/html; charset=utf-8")
        #expect(page.contains("<style nonce=\"\(nonce)\">") && page.contains("<script nonce=\"\(nonce)\">"))
        #expect(page.contains("data-mode=\"\(path.dropFirst())\""))
        #expect(!page.contains("{{"))
        let second = try await send(.get, path, table: table())
        #expect(second.headers[.contentSecurityPolicy] != policy)
    }

    @Test("the pages refer to no other origin and build no markup from data")
    func selfContained() async throws {
        let page = String(buffer: try await send(.get, "/docs", table: table()).body)
        for forbidden in ["http://", "https://", "src=", "@import", "innerHTML", "onclick", " style="] {
            #expect(!page.contains(forbidden))
        }
        #expect(page.utf8.count < 32_768)
    }

    @Test("without pages they are unknown paths like any other", arguments: ["/docs", "/redoc"])
    func off(path: String) async throws {
        let response = try await send(.get, path, table: table(servesPages: false))
        #expect(response.status == .notFound)
        #expect(response.code == "not_found")
    }

    @Test("a product may bring its own nonces")
    func nonce() async throws {
        var table = makeTable()
        try table.addDocumentation(OpenAPIInfo(title: "Items", version: "1"), servesPages: true) { "fixed" }
        let response = try await send(.get, "/docs", table: table)
        #expect(response.headers[.contentSecurityPolicy]?.contains("script-src 'nonce-fixed'") == true)
    }
}
