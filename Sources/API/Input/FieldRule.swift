/// What one field of a request must look like: how to read it, what to say when it is wrong, and how to describe it.
///
/// Rules read without coercion (spec 01 §1): in JSON `"5"` is no integer and `1` no boolean, while `1.0` is the integer 1.
/// A rule never throws; it notes faults and returns nil.
public struct FieldRule<Value: Sendable>: Sendable {
    /// The shape of the field.
    public let schema: @Sendable () -> JSONSchema
    /// A value of the right type that stands in for a missing or wrong one until all faults are gathered.
    public let standIn: @Sendable () -> Value
    /// A value as JSON, for the description of defaults; nil when there is no simple form.
    let encode: @Sendable (Value) -> JSONValue?
    /// Reads the field.
    let read: @Sendable (FieldSource, inout FaultList) -> Value?

    /// A rule.
    public init(
        schema: @escaping @autoclosure @Sendable () -> JSONSchema,
        standIn: @escaping @autoclosure @Sendable () -> Value,
        encode: @escaping @Sendable (Value) -> JSONValue? = { _ in nil },
        read: @escaping @Sendable (FieldSource, inout FaultList) -> Value?
    ) {
        self.schema = schema
        self.standIn = standIn
        self.encode = encode
        self.read = read
    }

    /// A further condition on the value.
    public func checked(
        _ code: FaultCode,
        _ message: String,
        _ isAcceptable: @escaping @Sendable (Value) -> Bool
    ) -> FieldRule {
        FieldRule(schema: schema(), standIn: standIn(), encode: encode) { source, faults in
            guard let value = read(source, &faults) else { return nil }
            if isAcceptable(value) { return value }
            faults.add(code, message)
            return nil
        }
    }

    /// The same rule, described by another shape: where what is measured is not the text as it is sent.
    public func described(_ schema: @escaping @autoclosure @Sendable () -> JSONSchema) -> FieldRule {
        FieldRule(schema: schema(), standIn: standIn(), encode: encode, read: read)
    }

    /// Turns the value into another type; a nil result is the fault `code`.
    public func mapped<Other: Sendable>(
        standIn: @escaping @autoclosure @Sendable () -> Other,
        _ code: FaultCode = .format,
        _ message: String = "Has the wrong format.",
        encode: @escaping @Sendable (Other) -> JSONValue? = { _ in nil },
        _ transform: @escaping @Sendable (Value) -> Other?
    ) -> FieldRule<Other> {
        FieldRule<Other>(schema: schema(), standIn: standIn(), encode: encode) { source, faults in
            guard let value = read(source, &faults) else { return nil }
            if let other = transform(value) { return other }
            faults.add(code, message)
            return nil
        }
    }
}

/// Where the raw value of a field comes from.
public enum FieldSource: Sendable {
    /// Text of a path, query or header field.
    case text(String)
    /// A JSON value of the body.
    case json(JSONValue)

    /// The value as text: any text field, or a JSON string.
    public var string: String? {
        switch self {
        case .text(let text): text
        case .json(let value): value.stringValue
        }
    }
}
