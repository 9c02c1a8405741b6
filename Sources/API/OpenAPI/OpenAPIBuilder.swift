import HTTPTypes

/// Puts a document together route by route.
struct OpenAPIBuilder {
    private let info: OpenAPIInfo
    private var schemas = SchemaRenderer()
    private var paths = JSONObject()
    private var tags: [String] = []
    private let errorSchema: JSONValue

    init(info: OpenAPIInfo) {
        self.info = info
        errorSchema = schemas.render(APIError.schema)
    }

    mutating func add(_ route: RouteDescription) {
        if !tags.contains(route.tag) { tags.append(route.tag) }
        var operation: JSONObject = [
            "operationId": .string(route.id), "tags": [.string(route.tag)], "summary": .string(route.summary),
        ]
        if !route.details.isEmpty { operation["description"] = .string(route.details) }
        operation["security"] = security(route.auth)
        operation["x-auth"] = .string(route.auth.name)
        if let scope = route.auth.scope { operation["x-scope"] = .string(scope) }
        operation["x-rate-class"] = .string(route.rate.name)
        let parameters = route.fields.filter { $0.location != .body }
        if !parameters.isEmpty { operation["parameters"] = .array(parameters.map { parameter($0) }) }
        let body = route.fields(in: .body)
        if !body.isEmpty {
            operation["requestBody"] = [
                "required": .bool(route.requiresBody),
                "content": ["application/json": ["schema": schemas.render(.object(body))]],
            ]
        }
        operation["responses"] = responses(of: route)
        var item = paths[route.path]?.objectValue ?? JSONObject()
        item[route.method.rawValue.lowercased()] = .object(operation)
        paths[route.path] = .object(item)
    }

    func document() throws -> JSONValue {
        guard schemas.conflicts.isEmpty else {
            throw RouteTableError(problems: schemas.conflicts.sorted().map { "two different shapes are named \($0)" })
        }
        var about: JSONObject = ["title": .string(info.title), "version": .string(info.version)]
        if !info.description.isEmpty { about["description"] = .string(info.description) }
        let known = info.tags.filter { tags.contains($0.name) }
        let others = tags.filter { name in !known.contains { $0.name == name } }
        return [
            "openapi": "3.1.0",
            "info": .object(about),
            "tags": .array(
                known.map { ["name": .string($0.name), "description": .string($0.description)] } + others.map { ["name": .string($0)] }
            ),
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas.components),
                "securitySchemes": [
                    AuthRule.Scheme.bearer.rawValue: ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"],
                    AuthRule.Scheme.apiKey.rawValue: ["type": "apiKey", "in": "header", "name": "X-API-Key"],
                ],
            ],
        ]
    }

    /// One requirement for each scheme, any of which suffices; the empty one stands for callers without credentials.
    private func security(_ rule: AuthRule) -> JSONValue {
        let requirements: [JSONValue] = rule.schemes.map { .object([$0.rawValue: []]) }
        if requirements.isEmpty { return [] }
        return .array(rule.isOptional ? [[:]] + requirements : requirements)
    }

    private mutating func parameter(_ field: FieldDescription) -> JSONValue {
        var property = field.property
        let documentation = property.documentation
        property = JSONProperty(
            name: property.name,
            schema: property.schema,
            isRequired: property.isRequired,
            defaultValue: property.defaultValue
        )
        var parameter: JSONObject = [
            "name": .string(property.name), "in": .string(field.location.rawValue), "required": .bool(property.isRequired),
            "schema": schemas.render(property),
        ]
        if !documentation.isEmpty { parameter["description"] = .string(documentation) }
        return .object(parameter)
    }

    private mutating func responses(of route: RouteDescription) -> JSONValue {
        let content: JSONValue =
            switch route.output {
            case .json(let schema): ["application/json": ["schema": schemas.render(schema)]]
            case .other(let mediaType): .object([mediaType: [:]])
            }
        var responses: JSONObject = [
            String(route.status.code): ["description": .string(route.status.reasonPhrase), "content": content]
        ]
        for answer in route.otherAnswers {
            responses[String(answer.status.code)] = [
                "description": .string(answer.status.reasonPhrase),
                "content": ["application/json": ["schema": schemas.render(answer.schema)]],
            ]
        }
        for (status, codes) in errors(of: route) where responses[String(status.code)] == nil {
            responses[String(status.code)] = [
                "description": .string("\(status.reasonPhrase): \(codes.joined(separator: ", "))"),
                "content": ["application/json": ["schema": errorSchema]],
                "x-error-codes": .array(codes.map { .string($0) }),
            ]
        }
        return .object(responses)
    }

    /// The errors a route documents and those that follow from its declaration, by status.
    private func errors(of route: RouteDescription) -> [(status: HTTPResponse.Status, codes: [String])] {
        var all: [DocumentedError] = []
        if !route.auth.isOptional { all.append(.unauthorized("unauthorized")) }
        // One kind of credentials or the other, not both.
        if route.auth.schemes.count > 1 { all.append(.badRequest("bad_request")) }
        if route.readsBody {
            all += [
                .badRequest("malformed_json"), DocumentedError(.contentTooLarge, "payload_too_large"),
                DocumentedError(.unsupportedMediaType, "unsupported_media_type"),
            ]
        }
        if !route.fields.isEmpty { all.append(.unprocessable("validation_error")) }
        if !route.fields(in: .path).isEmpty || !route.fields(in: .query).isEmpty {
            all.append(DocumentedError(.uriTooLong, "uri_too_long"))
        }
        if route.rate != .none { all += [.tooManyRequests("rate_limited"), .unavailable("busy")] }
        all.append(DocumentedError(.internalServerError, "internal_error"))
        all += route.errors
        var byStatus: [Int: (HTTPResponse.Status, [String])] = [:]
        for error in all {
            var entry = byStatus[error.status.code] ?? (error.status, [])
            if !entry.1.contains(error.code) { entry.1.append(error.code) }
            byStatus[error.status.code] = entry
        }
        return byStatus.values.sorted { $0.0.code < $1.0.code }.map { (status: $0.0, codes: $0.1) }
    }
}
