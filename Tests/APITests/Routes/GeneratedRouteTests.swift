import API
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NIOCore
import Testing

/// Tests made from the route table alone, as a product would run them over its own (spec 01 §12).
@Suite("Every route")
struct GeneratedRouteTests {
    private static let routes = makeTable().descriptions

    private func path(of route: RouteDescription) -> String {
        route.fields(in: .path).reduce(route.path) { $0.replacing("{\($1.name)}", with: "5") }
    }

    private func expectEnvelope(_ response: TestResponse) {
        #expect(response.json?["detail"]?.stringValue?.isEmpty == false)
        #expect(response.code?.isEmpty == false)
        #expect(response.json?["request_id"] == "test-abc-123")
        #expect(response.headers[.contentType] == "application/json; charset=utf-8")
        #expect((response.json?["errors"] != nil) == (response.status == .unprocessableContent))
    }

    @Test("refuses callers without and with bad credentials, whatever they send", arguments: routes.indices)
    func credentials(index: Int) async throws {
        let route = GeneratedRouteTests.routes[index]
        guard !route.auth.isOptional else { return }
        for headers: HTTPFields in [HTTPFields(), [.authorization: "Bearer garbage"]] {
            let response = try await send(route.method, path(of: route), body: "{}", headers: headers)
            #expect(response.status == .unauthorized)
            expectEnvelope(response)
        }
    }

    @Test("refuses a method it does not have", arguments: routes.indices)
    func method(index: Int) async throws {
        let response = try await send(HTTPRequest.Method("PURGE") ?? .trace, path(of: GeneratedRouteTests.routes[index]))
        #expect(response.status == .methodNotAllowed)
        expectEnvelope(response)
    }

    @Test("refuses an oversized body", arguments: routes.indices)
    func oversized(index: Int) async throws {
        let route = GeneratedRouteTests.routes[index]
        let body = "{\"x\":\"" + String(repeating: "a", count: 65_536) + "\"}"
        let response = try await send(
            route.method,
            path(of: route),
            body: body,
            headers: [.authorization: "Bearer good", .contentLength: String(body.utf8.count)]
        )
        #expect(response.status == .contentTooLarge)
        expectEnvelope(response)
    }

    @Test("answers every success with a JSON body or a page", arguments: routes.indices)
    func success(index: Int) async throws {
        let route = GeneratedRouteTests.routes[index]
        let body = route.requiresBody ? #"{"email":"a@b","password":"12345678"}"# : nil
        let response = try await send(route.method, path(of: route), body: body, headers: [.authorization: "Bearer good"])
        if route.id == "fail" {
            expectEnvelope(response)
        } else {
            #expect(response.status == route.status)
            #expect(response.body.readableBytes > 0)
            #expect(response.headers[.cacheControl] == route.cache.headerValue)
        }
    }
}
