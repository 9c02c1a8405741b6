/// Writes shapes as JSON Schema and gathers the named ones for `components/schemas`.
struct SchemaRenderer {
    /// The named schemas met so far.
    private(set) var components = JSONObject()
    /// Names that stand for more than one shape.
    private(set) var conflicts: Set<String> = []
    private var inProgress: Set<String> = []
    /// While checking that a name always means the same, inner names are taken for granted.
    private var isChecking = false

    /// The schema as JSON, named ones as references.
    mutating func render(_ schema: JSONSchema) -> JSONValue {
        switch schema {
        case .any: return true
        case .boolean: return ["type": "boolean"]
        case .integer(let minimum, let maximum):
            return object(("type", "integer"), ("minimum", minimum.map { .integer($0) }), ("maximum", maximum.map { .integer($0) }))
        case .number(let bounds):
            return object(
                ("type", "number"),
                ("minimum", bounds.minimum.map { .number($0) }),
                ("maximum", bounds.maximum.map { .number($0) }),
                ("exclusiveMinimum", bounds.exclusiveMinimum.map { .number($0) })
            )
        case .string(let shape):
            return object(
                ("type", "string"),
                ("format", shape.format.map { .string($0) }),
                ("minLength", shape.minimumLength.map { .integer(Int64($0)) }),
                ("maxLength", shape.maximumLength.map { .integer(Int64($0)) }),
                ("enum", shape.values.map { .array($0.map { .string($0) }) })
            )
        case .array(let element, let minimum, let maximum):
            return object(
                ("type", "array"),
                ("items", render(element)),
                ("minItems", minimum.map { .integer(Int64($0)) }),
                ("maxItems", maximum.map { .integer(Int64($0)) })
            )
        case .dictionary(let value): return ["type": "object", "additionalProperties": render(value)]
        case .object(let properties): return object(properties)
        case .named(let name, let shape): return reference(name, shape)
        case .nullable(let wrapped): return nullable(wrapped)
        case .anyOf(let schemas): return ["anyOf": .array(schemas.map { render($0) })]
        }
    }

    /// A member's schema with its default and documentation.
    mutating func render(_ property: JSONProperty) -> JSONValue {
        guard case .object(var object) = render(property.schema) else {
            return property.documentation.isEmpty ? true : ["description": .string(property.documentation)]
        }
        if let value = property.defaultValue { object["default"] = value }
        if !property.documentation.isEmpty { object["description"] = .string(property.documentation) }
        return .object(object)
    }

    private mutating func object(_ properties: [JSONProperty]) -> JSONValue {
        var members = JSONObject()
        for property in properties { members[property.name] = render(property) }
        let required = properties.filter(\.isRequired).map { JSONValue.string($0.name) }
        return object(("type", "object"), ("properties", .object(members)), ("required", required.isEmpty ? nil : .array(required)))
    }

    private mutating func nullable(_ wrapped: JSONSchema) -> JSONValue {
        let inner = render(wrapped)
        guard case .object(var object) = inner, case .string(let type)? = object["type"] else {
            return inner == true ? true : ["anyOf": [inner, ["type": "null"]]]
        }
        object["type"] = [.string(type), "null"]
        if case .array(let values)? = object["enum"] { object["enum"] = .array(values + [.null]) }
        return .object(object)
    }

    private mutating func reference(_ name: String, _ shape: () -> JSONSchema) -> JSONValue {
        let reference: JSONValue = ["$ref": .string("#/components/schemas/\(name)")]
        if isChecking || inProgress.contains(name) { return reference }
        if let known = components[name] {
            isChecking = true
            if render(shape()) != known { conflicts.insert(name) }
            isChecking = false
            return reference
        }
        inProgress.insert(name)
        components[name] = render(shape())
        inProgress.remove(name)
        return reference
    }

    private func object(_ members: (String, JSONValue?)...) -> JSONValue {
        var object = JSONObject()
        for (name, value) in members { object[name] = value }
        return .object(object)
    }
}
