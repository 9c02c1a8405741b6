import HTTPTypes
import Hummingbird

/// All endpoints of a product with their handlers. Features add theirs one by one; a `RouteResponder` then serves the whole table.
public struct RouteTable<Context: APIContext>: Sendable {
    struct Route: Sendable {
        let description: RouteDescription
        let parameterNames: [String]
        let handle: @Sendable (Request, RequestFields, Context) async throws -> Response
    }

    private(set) var routes: [Route] = []

    /// An empty table.
    public init() {}

    /// The routes in the order they were added.
    public var descriptions: [RouteDescription] { routes.map(\.description) }

    /// Adds an endpoint.
    ///
    /// - Parameter handler: called with valid input after the gate has let the request pass. It answers with the output, or throws an `APIError`.
    public mutating func add<Input, Output>(
        _ endpoint: Endpoint<Input, Output>,
        _ handler: @escaping @Sendable (Input, Context) async throws -> Output
    ) {
        var headers = HTTPFields()
        if case .json = endpoint.produces { headers[.contentType] = ResponseHeaders.jsonContentType }
        headers[.cacheControl] = endpoint.cache.headerValue
        let head = ResponseHead(status: endpoint.status, headers: headers)
        routes.append(
            Route(
                description: RouteDescription(endpoint),
                parameterNames: PathTemplate(endpoint.path)?.parameterNames ?? [],
                handle: { request, fields, context in
                    let input = try RequestFields.read(Input.self, from: fields)
                    return try await handler(input, context).response(to: request, head: head)
                }
            )
        )
    }

    /// Adds all routes of another table.
    public mutating func add(contentsOf other: RouteTable) {
        routes.append(contentsOf: other.routes)
    }

    /// Everything that is wrong with the declarations; empty for a sound table.
    public var problems: [String] {
        var problems: [String] = []
        var ids: Set<String> = []
        var shapes: Set<String> = []
        var templates: [String: String] = [:]
        for route in descriptions {
            let name = "\(route.method.rawValue) \(route.path)"
            guard let template = PathTemplate(route.path) else {
                problems.append("\(name): the path is no template")
                continue
            }
            if !shapes.insert(route.method.rawValue + " " + template.shape).inserted { problems.append("\(name): declared twice") }
            if let other = templates.updateValue(route.path, forKey: template.shape), other != route.path {
                problems.append("\(name): names its parameters otherwise than \(other)")
            }
            if !ids.insert(route.id).inserted { problems.append("\(name): operation id \(route.id) is used twice") }
            if route.id.isEmpty || route.tag.isEmpty || route.summary.isEmpty { problems.append("\(name): id, tag or summary is empty") }
            if Set(route.fields(in: .path).map(\.name)) != Set(template.parameterNames) {
                problems.append("\(name): the input reads other path parameters than the template names")
            }
            if !route.readsBody, !route.fields(in: .body).isEmpty {
                problems.append("\(name): reads a body that this method does not have")
            }
            if [.head, .options].contains(route.method) { problems.append("\(name): answered by the table itself") }
            if route.status == .noContent { problems.append("\(name): a success always has a body") }
        }
        return problems
    }
}

/// Why a table cannot be served.
public struct RouteTableError: Error, CustomStringConvertible {
    /// Everything that is wrong with the declarations.
    public let problems: [String]

    /// The problems, one a line.
    public var description: String { problems.joined(separator: "\n") }
}
