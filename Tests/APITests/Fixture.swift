import API
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import NIOCore
import Testing

/// The smallest context the table works with, plus the caller the gate found.
struct TestContext: APIContext {
    var coreContext: CoreRequestContextStorage
    var requestID = "test-abc-123"
    var responseHeaders = HTTPFields()
    var caller: String?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}

/// Refuses callers without credentials, and shows what it was asked through header fields.
struct TestGate: RequestGate {
    func admit(_ request: Request, route: RouteDescription?, body: JSONObject?, context: inout TestContext) async throws {
        context.responseHeaders[.gateRoute] = route?.id ?? "none"
        if let subject = body?["email"]?.stringValue { context.responseHeaders[.gateSubject] = subject }
        guard let route, !route.auth.isOptional else { return }
        guard let token = request.headers[.authorization] else { throw APIError.unauthorized() }
        guard token == "Bearer good" else { throw APIError.unauthorized(hadToken: true) }
        context.caller = "alice"
    }
}

extension HTTPField.Name {
    static let gateRoute = gateName("X-Gate-Route")
    static let gateSubject = gateName("X-Gate-Subject")

    private static func gateName(_ text: String) -> HTTPField.Name { HTTPField.Name(text) ?? .range }
}

struct UnexpectedFailure: Error {
    let secret = "SELECT * FROM users"
}

struct Item: ResponseObject, Equatable {
    let id: Int
    let name: String
    var note: String?
    var kind = Kind.small

    enum Kind: String, CaseIterable, JSONEncodable { case small, large }

    static let fields = JSONFields<Item>()
        .field("id", \.id, "Number of the item")
        .field("name", \.name, "Name")
        .field("note", \.note, "Note, if any")
        .field("kind", \.kind)
}

struct ListInput: EndpointInput {
    let limit: Int
    let kind: Item.Kind?
    let exact: Bool
    let floor: Double?

    init(from fields: inout RequestFields) {
        limit = fields.query("limit", .integer(1...100), default: 50, doc: "Items per page")
        kind = fields.optionalQuery("kind", .oneOf())
        exact = fields.query("exact", .boolean, default: false)
        floor = fields.optionalQuery("floor", .number(greaterThan: 0))
    }
}

struct ItemInput: EndpointInput {
    let id: Int

    init(from fields: inout RequestFields) {
        id = fields.path("id", .integer(1...1000), orThrow: .notFound("item_not_found", "There is no such item."))
    }
}

struct NameInput: EndpointInput {
    let name: String

    init(from fields: inout RequestFields) { name = fields.path("name", .string(1...20)) }
}

struct SignInInput: EndpointInput {
    let email: String
    let password: String

    init(from fields: inout RequestFields) {
        email = fields.body("email", .string(3...60))
        password = fields.body("password", .string(8...20, trims: false))
    }
}

/// The table under test. Handlers answer with what they were given.
func makeTable() -> RouteTable<TestContext> {
    var table = RouteTable<TestContext>()
    table.add(Endpoint<NoInput, EmptyObject>(.get, "/health", id: "health", tag: "Meta", summary: "Alive", auth: .none, rate: .none)) {
        _,
        _ in
        EmptyObject()
    }
    table.add(
        Endpoint<ListInput, [Item]>(.get, "/items", id: "listItems", tag: "Items", summary: "Items", auth: .none, rate: .relaxed)
    ) { input, _ in
        [Item(id: input.limit, name: "\(input.exact) \(input.floor ?? 0)", kind: input.kind ?? .small)]
    }
    table.add(
        Endpoint<SignInInput, Reply<Item>>(
            .post,
            "/items",
            id: "createItem",
            tag: "Items",
            summary: "Create",
            auth: .bearer,
            rate: .standard,
            status: .created
        )
    ) { input, context in
        Reply(Item(id: 7, name: context.caller ?? "nobody"), headers: [.location: "/items/7"])
    }
    table.add(
        Endpoint<ItemInput, Item>(
            .get,
            "/items/{id}",
            id: "getItem",
            tag: "Items",
            summary: "One item",
            auth: .none,
            rate: .relaxed,
            errors: [.notFound("item_not_found")],
            cache: .public(maxAgeSeconds: 60)
        )
    ) { input, _ in Item(id: input.id, name: "item") }
    table.add(
        Endpoint<ItemInput, EmptyObject>(
            .delete,
            "/items/{id}",
            id: "deleteItem",
            tag: "Items",
            summary: "Drop",
            auth: .bearer,
            rate: .strict
        )
    ) { _, _ in EmptyObject() }
    table.add(
        Endpoint<NameInput, Item>(
            .get,
            "/items/named/{name}",
            id: "namedItem",
            tag: "Items",
            summary: "By name",
            auth: .none,
            rate: .relaxed
        )
    ) { input, _ in Item(id: 1, name: input.name) }
    table.add(
        Endpoint<SignInInput, EmptyObject>(
            .post,
            "/sign-in",
            id: "signIn",
            tag: "Auth",
            summary: "Sign in",
            auth: .none,
            rate: RateClass("strict-credentials", readsBodySubject: true)
        )
    ) { _, _ in EmptyObject() }
    table.add(
        Endpoint<NoInput, EmptyObject>(.post, "/touch", id: "touch", tag: "Meta", summary: "No body needed", auth: .none, rate: .none)
    ) { _, _ in EmptyObject() }
    table.add(Endpoint<NoInput, EmptyObject>(.get, "/fail", id: "fail", tag: "Meta", summary: "Fails", auth: .none, rate: .none)) { _, _ in
        throw UnexpectedFailure()
    }
    table.add(
        Endpoint<NoInput, RawResponse>(
            .get,
            "/page",
            id: "page",
            tag: "Meta",
            summary: "A page",
            auth: .none,
            rate: .none,
            cache: .revalidate,
            produces: .other(mediaType: "text/html")
        )
    ) { _, _ in RawResponse(ByteBuffer(string: "<p>Hi"), contentType: "text/html; charset=utf-8", entityTag: "\"v1\"") }
    return table
}

func makeApplication(_ table: RouteTable<TestContext> = makeTable()) throws -> some ApplicationProtocol {
    let router = Router(context: TestContext.self)
    router.get("outside") { _, _ in "served by the router" }
    router.add(middleware: RouteMiddleware(try RouteResponder(table, gate: TestGate())))
    return Application(
        router: router,
        server: .http1(configuration: HTTP1Channel.Configuration(additionalChannelHandlers: [CloseAfterResponseHandler()])),
        configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0))
    )
}

/// Sends one request to a table without a socket and returns the answer.
func send(
    _ method: HTTPRequest.Method,
    _ uri: String,
    body: String? = nil,
    headers: HTTPFields = HTTPFields(),
    table: RouteTable<TestContext> = makeTable()
) async throws -> TestResponse {
    var headers = headers
    if body != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
    return try await makeApplication(table).test(.router) { [headers] client in
        try await client.execute(uri: uri, method: method, headers: headers, body: body.map(ByteBuffer.init(string:)))
    }
}

extension TestResponse {
    /// The body as JSON.
    var json: JSONValue? { try? JSONParser().parse(body.readableBytesView) }
    /// The `code` of the error envelope.
    var code: String? { json?["code"]?.stringValue }
    /// The faults of a 422 as `field:code`.
    var faults: [String] {
        (json?["errors"]?.arrayValue ?? []).map { "\($0["field"]?.stringValue ?? ""):\($0["code"]?.stringValue ?? "")" }
    }
}
