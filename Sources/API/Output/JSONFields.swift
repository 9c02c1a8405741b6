import NIOCore

/// A JSON object with known members. Encoder and schema both come from its `fields`:
///
///     struct Worker: ResponseObject {
///         let name: String
///         let lastShare: Instant?
///
///         static let fields = JSONFields<Worker>()
///             .field("name", \.name, "Name of the worker")
///             .field("last_share", \.lastShare, "Last accepted share")
///     }
public protocol ResponseObject: JSONEncodable {
    /// The members in the order they are written.
    static var fields: JSONFields<Self> { get }
}

extension ResponseObject {
    /// The object's shape under its name.
    public static var jsonSchema: JSONSchema { .named(fields.name) { .object(fields.properties) } }

    /// Writes the object.
    public func encode(to writer: inout JSONWriter) { Self.fields.encode(self, to: &writer) }
}

/// The members of an object: how to write them and what shape they have.
public struct JSONFields<Root: Sendable>: Sendable {
    @usableFromInline
    struct Field: Sendable {
        @usableFromInline let write: @Sendable (Root, inout JSONWriter) -> Void
        @usableFromInline let property: @Sendable () -> [JSONProperty]

        @usableFromInline
        init(
            write: @escaping @Sendable (Root, inout JSONWriter) -> Void,
            property: @escaping @Sendable () -> [JSONProperty]
        ) {
            self.write = write
            self.property = property
        }
    }

    /// The name the shape is described under.
    public let name: String
    private var entries: [Field] = []

    /// No members yet.
    ///
    /// - Parameter name: the name the shape is described under, unique among all objects; the type's own name unless given.
    public init(_ name: String? = nil) {
        self.name = name ?? String(describing: Root.self)
    }

    /// Adds a member that is always there; a nil value is written as null. Inlinable, so that writing it knows the type of the value.
    @inlinable
    public func field<Value: JSONEncodable>(
        _ name: StaticString,
        _ value: @escaping @Sendable (Root) -> Value,
        _ documentation: String = ""
    ) -> JSONFields {
        let encodedName = JSONFields.encoded(name)
        return adding(
            Field(
                write: { root, writer in
                    writer.name(encoded: encodedName)
                    value(root).encode(to: &writer)
                },
                property: { [JSONProperty(name: name.description, schema: Value.jsonSchema, documentation: documentation)] }
            )
        )
    }

    /// Adds a member that is left out when its value is nil.
    @inlinable
    public func fieldIfPresent<Value: JSONEncodable>(
        _ name: StaticString,
        _ value: @escaping @Sendable (Root) -> Value?,
        _ documentation: String = ""
    ) -> JSONFields {
        let encodedName = JSONFields.encoded(name)
        return adding(
            Field(
                write: { root, writer in
                    guard let value = value(root) else { return }
                    writer.name(encoded: encodedName)
                    value.encode(to: &writer)
                },
                property: {
                    [JSONProperty(name: name.description, schema: Value.jsonSchema, isRequired: false, documentation: documentation)]
                }
            )
        )
    }

    /// Adds all members of another object, as if they were this one's own.
    public func members<Part: ResponseObject>(of part: @escaping @Sendable (Root) -> Part) -> JSONFields {
        adding(Field(write: { root, writer in Part.fields.encodeMembers(part(root), to: &writer) }, property: { Part.fields.properties }))
    }

    /// The shape of the members.
    public var properties: [JSONProperty] { entries.flatMap { $0.property() } }

    func encode(_ root: Root, to writer: inout JSONWriter) {
        writer.beginObject()
        encodeMembers(root, to: &writer)
        writer.endObject()
    }

    private func encodeMembers(_ root: Root, to writer: inout JSONWriter) {
        for entry in entries { entry.write(root, &writer) }
    }

    @usableFromInline
    func adding(_ entry: Field) -> JSONFields {
        var result = self
        result.entries.append(entry)
        return result
    }

    /// The name with quotes, escapes and colon.
    @usableFromInline
    static func encoded(_ name: StaticString) -> [UInt8] {
        var writer = JSONWriter()
        writer.name(name)
        return writer.bytes
    }
}
