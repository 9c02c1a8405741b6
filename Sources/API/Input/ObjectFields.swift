/// A JSON object in a request that is read field by field.
///
/// The initialiser runs in two ways: over the members of a real object, and once without any to describe the fields. It must therefore read
/// every field unconditionally, must not fail, and may only judge the values it read, through `fault(_:_:_:)`.
public protocol FieldObject: Sendable {
    /// Reads all fields.
    init(from fields: inout ObjectFields)
}

/// Reads the members of a JSON object by rule and gathers every fault, or describes the fields.
public struct ObjectFields: Sendable {
    /// The object being read; nil while describing.
    private let object: JSONObject?
    /// What is wrong so far.
    public internal(set) var faults = FaultList()
    /// The fields seen so far, while describing.
    private(set) var descriptions: [FieldDescription] = []

    init(reading object: JSONObject, faults: FaultList = FaultList()) {
        self.object = object
        self.faults = faults
    }

    init(describing: ()) { object = nil }

    /// A field that must be there.
    public mutating func value<Value>(_ name: String, _ rule: FieldRule<Value>, doc: String = "") -> Value {
        switch member(name) {
        case .describing: describe(name, rule.schema(), isRequired: true, doc: doc)
        case .absent: fault(name, .required, "Is required.")
        case .present(let value): if let value = read(name, value, rule) { return value }
        }
        return rule.standIn()
    }

    /// A field with a default for the case that it is absent. Null is a fault.
    public mutating func value<Value>(_ name: String, _ rule: FieldRule<Value>, default: Value, doc: String = "") -> Value {
        switch member(name) {
        case .describing: describe(name, rule.schema(), default: rule.encode(`default`), doc: doc)
        case .absent: break
        case .present(let value): if let value = read(name, value, rule) { return value }
        }
        return `default`
    }

    /// A field that may be absent or null, which are the same.
    public mutating func optional<Value>(_ name: String, _ rule: FieldRule<Value>, doc: String = "") -> Value? {
        switch member(name) {
        case .describing: describe(name, .nullable(rule.schema()), doc: doc)
        case .absent, .present(.null): break
        case .present(let value): return read(name, value, rule)
        }
        return nil
    }

    /// A field of a PATCH that null clears.
    public mutating func patch<Value>(_ name: String, _ rule: FieldRule<Value>, doc: String = "") -> Patch<Value> {
        switch member(name) {
        case .describing: describe(name, .nullable(rule.schema()), doc: doc)
        case .absent: break
        case .present(.null): return .null
        case .present(let value): if let value = read(name, value, rule) { return .value(value) }
        }
        return .absent
    }

    /// A field of a PATCH that cannot be cleared: nil leaves it as it is, null is a fault.
    public mutating func change<Value>(_ name: String, _ rule: FieldRule<Value>, doc: String = "") -> Value? {
        switch member(name) {
        case .describing: describe(name, rule.schema(), doc: doc)
        case .absent: break
        case .present(let value): return read(name, value, rule)
        }
        return nil
    }

    /// Notes a fault that no rule can see, such as two fields that do not go together.
    public mutating func fault(_ name: String, _ code: FaultCode, _ message: String) {
        faults.within(name) { $0.add(code, message) }
    }

    private enum Member {
        case describing, absent
        case present(JSONValue)
    }

    private func member(_ name: String) -> Member {
        guard let object else { return .describing }
        return object[name].map { .present($0) } ?? .absent
    }

    private mutating func read<Value>(_ name: String, _ value: JSONValue, _ rule: FieldRule<Value>) -> Value? {
        faults.within(name) { rule.read(.json(value), &$0) }
    }

    private mutating func describe(
        _ name: String,
        _ schema: JSONSchema,
        isRequired: Bool = false,
        default: JSONValue? = nil,
        doc: String
    ) {
        descriptions.append(
            FieldDescription(
                location: .body,
                property: JSONProperty(name: name, schema: schema, isRequired: isRequired, defaultValue: `default`, documentation: doc)
            )
        )
    }

    /// The fields a type reads.
    static func describe(_ type: (some FieldObject).Type) -> [FieldDescription] {
        var fields = ObjectFields(describing: ())
        _ = type.init(from: &fields)
        return fields.descriptions
    }

    static func standIn<Value: FieldObject>(_ type: Value.Type) -> Value {
        var fields = ObjectFields(describing: ())
        return Value(from: &fields)
    }
}

/// One field of a request, as documentation and tests need it.
public struct FieldDescription: Sendable {
    /// Where a field is found.
    public enum Location: String, Sendable {
        /// A segment of the path.
        case path
        /// A query parameter.
        case query
        /// A header field.
        case header
        /// A member of the body.
        case body
    }

    /// Where the field is found.
    public let location: Location
    /// Name, shape, presence, default and documentation.
    public let property: JSONProperty
}
