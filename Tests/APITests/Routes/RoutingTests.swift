import API
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@Suite("Routing")
struct RoutingTests {
    @Test("a route answers JSON with its header fields")
    func answers() async throws {
        let response = try await send(.get, "/items/12")
        #expect(response.status == .ok)
        #expect(String(buffer: response.body) == #"{"id":12,"name":"item","note":null,"kind":"small"}"#)
        #expect(response.headers[.contentType] == "application/json; charset=utf-8")
        #expect(response.headers[.cacheControl] == "public, max-age=60")
        #expect(response.headers[.contentLength] == String(response.body.readableBytes))
    }

    @Test("answers are not kept unless the endpoint says so")
    func noStore() async throws {
        #expect(try await send(.get, "/health").headers[.cacheControl] == "no-store")
        #expect(try await send(.get, "/nope").headers[.cacheControl] == "no-store")
    }

    @Test("a handler can choose status and header fields")
    func reply() async throws {
        let response = try await send(
            .post,
            "/items",
            body: #"{"email":"a@b","password":"12345678"}"#,
            headers: [.authorization: "Bearer good"]
        )
        #expect(response.status == .created)
        #expect(response.headers[.location] == "/items/7")
        #expect(response.json?["name"] == "alice")
    }

    @Test(
        "an unknown path is 404 after the gate",
        arguments: ["/nope", "/items/", "/items//", "/Items", "//items", "/items/named/", "/a/b/c/d"]
    )
    func notFound(path: String) async throws {
        let response = try await send(.get, path)
        #expect(response.status == .notFound)
        #expect(response.code == "not_found")
        #expect(response.json?["request_id"] == "test-abc-123")
        #expect(response.json?["detail"]?.stringValue?.isEmpty == false)
        #expect(response.headers[.gateRoute] == "none")
    }

    @Test("an unknown method is 405 with the known ones, after the gate")
    func methodNotAllowed() async throws {
        let response = try await send(.put, "/items")
        #expect(response.status == .methodNotAllowed)
        #expect(response.code == "method_not_allowed")
        #expect(response.headers[.allow] == "GET, HEAD, POST, OPTIONS")
        #expect(response.headers[.gateRoute] == "none")
        #expect(try await send(.delete, "/health").headers[.allow] == "GET, HEAD, OPTIONS")
        #expect(try await send(.get, "/sign-in").headers[.allow] == "POST, OPTIONS")
        #expect(try await send(.head, "/sign-in").status == .methodNotAllowed)
        #expect(try await send(HTTPRequest.Method("PROPFIND") ?? .trace, "/health").status == .methodNotAllowed)
    }

    @Test("OPTIONS answers {} with the methods")
    func options() async throws {
        let response = try await send(.options, "/items/5")
        #expect(response.status == .ok)
        #expect(String(buffer: response.body) == "{}")
        #expect(response.headers[.allow] == "GET, HEAD, DELETE, OPTIONS")
    }

    @Test("HEAD on every GET: same status and header fields, no body")
    func head() async throws {
        for route in makeTable().descriptions where route.method == .get {
            let path = route.path.replacing("{id}", with: "5").replacing("{name}", with: "x")
            let get = try await send(.get, path)
            let head = try await send(.head, path)
            #expect(head.status == get.status)
            #expect(head.headers == get.headers)
            #expect(head.body.readableBytes == 0)
        }
    }

    @Test("literal segments win over parameters, and parameters are decoded once")
    func precedence() async throws {
        #expect(try await send(.get, "/items/named/a%20b%2Fc%2525").json?["name"] == "a b/c%25")
        #expect(try await send(.get, "/items/named/a+b").json?["name"] == "a+b")
        #expect(try await send(.get, "/items/named/%ff").faults == ["name:invalid_characters"])
        #expect(try await send(.get, "/items/named/%0a").faults == ["name:invalid_characters"])
        #expect(try await send(.get, "/items/named").code == "item_not_found")
    }

    @Test("routes of the Hummingbird router keep working beside the table")
    func beside() async throws {
        #expect(String(buffer: try await send(.get, "/outside").body) == "served by the router")
    }

    @Test("the template is known to outer middleware")
    func template() async throws {
        struct Tell: RouterMiddleware {
            func handle(_ request: Request, context: TestContext, next: (Request, TestContext) async throws -> Response) async throws
                -> Response
            {
                var response = try await next(request, context)
                response.headers[.server] = context.endpointPath
                return response
            }
        }
        let router = Router(context: TestContext.self)
        router.add(middleware: Tell())
        router.add(middleware: RouteMiddleware(try RouteResponder(makeTable(), gate: TestGate())))
        try await Application(router: router).test(.router) { client in
            let known = try await client.execute(uri: "/items/5", method: .get)
            #expect(known.headers[.server] == "/items/{id}")
            let unknown = try await client.execute(uri: "/x", method: .get)
            #expect(unknown.headers[.server] == "NotFound")
        }
    }
}

@Suite("Route table")
struct RouteTableTests {
    private struct Other: EndpointInput {
        init(from fields: inout RequestFields) {
            _ = fields.path("other", .integer())
            _ = fields.body("x", .integer())
        }
    }

    @Test("a sound table has no problems")
    func sound() {
        #expect(makeTable().problems.isEmpty)
    }

    @Test("every problem is found")
    func problems() {
        var table = makeTable()
        table.add(Endpoint<ItemInput, Item>(.get, "/items/{id}", id: "again", tag: "T", summary: "S", auth: .none, rate: .none)) { _, _ in
            Item(id: 1, name: "")
        }
        table.add(Endpoint<NoInput, EmptyObject>(.get, "no-slash", id: "a", tag: "T", summary: "S", auth: .none, rate: .none)) { _, _ in
            EmptyObject()
        }
        table.add(Endpoint<Other, EmptyObject>(.get, "/x/{id}", id: "health", tag: "", summary: "S", auth: .none, rate: .none)) { _, _ in
            EmptyObject()
        }
        table.add(
            Endpoint<NoInput, EmptyObject>(.head, "/y", id: "y", tag: "T", summary: "S", auth: .none, rate: .none, status: .noContent)
        ) { _, _ in EmptyObject() }
        #expect(table.problems.count == 8)
        #expect(throws: RouteTableError.self) { try RouteResponder(table, gate: OpenGate()) }
    }

    @Test("tables of features are joined in order")
    func joining() {
        var all = RouteTable<TestContext>()
        all.add(contentsOf: makeTable())
        #expect(all.descriptions.map(\.id) == makeTable().descriptions.map(\.id))
    }

    @Test("a description tells where every field is")
    func description() throws {
        let route = try #require(makeTable().descriptions.first { $0.id == "listItems" })
        #expect(route.fields(in: .query).map(\.name) == ["limit", "kind", "exact", "floor"])
        #expect(route.fields(in: .query).first?.defaultValue == 50)
        #expect(!route.requiresBody)
        #expect(makeTable().descriptions.first { $0.id == "signIn" }?.requiresBody == true)
    }
}
