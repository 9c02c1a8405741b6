public import Hummingbird
import NIOCore

/// A value that writes itself as JSON and knows its shape.
public protocol JSONEncodable: EndpointOutput {
    /// The shape of every value of the type.
    static var jsonSchema: JSONSchema { get }

    /// Writes exactly one JSON value.
    func encode(to writer: inout JSONWriter)
}

extension JSONEncodable {
    /// A JSON value.
    public static var content: OutputContent { .json(jsonSchema) }

    /// The value as the whole body.
    public func response(to request: Request, head: ResponseHead) -> Response {
        var writer = JSONWriter(capacity: 512)
        encode(to: &writer)
        return Response(status: head.status, headers: head.headers, body: ResponseBody(byteBuffer: writer.buffer))
    }
}

extension Bool: JSONEncodable {
    /// A boolean.
    public static var jsonSchema: JSONSchema { .boolean }
    /// Writes the value.
    public func encode(to writer: inout JSONWriter) { writer.bool(self) }
}

extension Int: JSONEncodable {
    /// An integer.
    public static var jsonSchema: JSONSchema { .integer }
    /// Writes the value.
    public func encode(to writer: inout JSONWriter) { writer.integer(self) }
}

extension Int32: JSONEncodable {
    /// An integer.
    public static var jsonSchema: JSONSchema { .integer }
    /// Writes the value.
    public func encode(to writer: inout JSONWriter) { writer.integer(self) }
}

extension Int64: JSONEncodable {
    /// An integer.
    public static var jsonSchema: JSONSchema { .integer }
    /// Writes the value.
    public func encode(to writer: inout JSONWriter) { writer.integer(self) }
}

extension Double: JSONEncodable {
    /// A number.
    public static var jsonSchema: JSONSchema { .number }
    /// Writes the value.
    public func encode(to writer: inout JSONWriter) { writer.double(self) }
}

extension String: JSONEncodable {
    /// A string.
    public static var jsonSchema: JSONSchema { .string }
    /// Writes the value.
    public func encode(to writer: inout JSONWriter) { writer.string(self) }
}

extension JSONValue: JSONEncodable {
    /// Any value.
    public static var jsonSchema: JSONSchema { .any }
    /// Writes the value.
    public func encode(to writer: inout JSONWriter) { writer.value(self) }
}

extension Optional: EndpointOutput where Wrapped: JSONEncodable {}

extension Optional: JSONEncodable where Wrapped: JSONEncodable {
    /// The wrapped shape or null.
    public static var jsonSchema: JSONSchema { .nullable(Wrapped.jsonSchema) }
    /// Writes the value or null.
    public func encode(to writer: inout JSONWriter) {
        if let self { self.encode(to: &writer) } else { writer.null() }
    }
}

extension Array: EndpointOutput where Element: JSONEncodable {}

extension Array: JSONEncodable where Element: JSONEncodable {
    /// An array.
    public static var jsonSchema: JSONSchema { .array(Element.jsonSchema) }
    /// Writes the elements in order.
    public func encode(to writer: inout JSONWriter) {
        writer.beginArray()
        for element in self { element.encode(to: &writer) }
        writer.endArray()
    }
}

extension Dictionary: EndpointOutput where Key == String, Value: JSONEncodable {}

extension Dictionary: JSONEncodable where Key == String, Value: JSONEncodable {
    /// An object of members with any name.
    public static var jsonSchema: JSONSchema { .dictionary(Value.jsonSchema) }
    /// Writes the members ordered by name, so that equal dictionaries give equal texts.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        for (name, value) in sorted(by: { $0.key < $1.key }) {
            writer.name(name)
            value.encode(to: &writer)
        }
        writer.endObject()
    }
}

extension JSONEncodable where Self: RawRepresentable & CaseIterable, RawValue == String {
    /// One of the raw values.
    public static var jsonSchema: JSONSchema { .string(values: allCases.map(\.rawValue)) }
    /// Writes the raw value.
    public func encode(to writer: inout JSONWriter) { writer.string(rawValue) }
}

/// The answer `{}` of endpoints that have nothing to say; no endpoint answers without a body (spec 12 §2 T3).
public struct EmptyObject: JSONEncodable {
    /// An empty object.
    public init() {}
    /// An object without members.
    public static var jsonSchema: JSONSchema { .object([]) }
    /// Writes `{}`.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.endObject()
    }
}

/// An exact decimal number: `units` × 10^-`fractionDigits`, such as an amount of money in its smallest unit.
public struct JSONDecimal: JSONEncodable, Hashable {
    /// The amount in the smallest unit.
    public let units: Int64
    /// How many decimal digits the smallest unit is away from one, 0...18.
    public let fractionDigits: Int

    /// A decimal number.
    public init(units: Int64, fractionDigits: Int) {
        self.units = units
        self.fractionDigits = fractionDigits
    }

    /// A number.
    public static var jsonSchema: JSONSchema { .number }
    /// Writes the number without rounding and without trailing zeros.
    public func encode(to writer: inout JSONWriter) { writer.decimal(units, fractionDigits: fractionDigits) }
}
