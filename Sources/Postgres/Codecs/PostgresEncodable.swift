/// A value that can be bound as a parameter or written by `COPY`, in PostgreSQL's binary format.
public protocol PostgresEncodable: Sendable {
    /// The type the server is told the value has.
    static var postgresType: PostgresType { get }
    /// Whether the value is NULL; then `encode(into:)` is not called.
    var isNull: Bool { get }
    /// Appends the value's binary representation, without a length.
    func encode(into buffer: inout [UInt8])

    /// The type of a Swift array of this type; the array type of `postgresType` unless the element says otherwise.
    static var postgresArrayType: PostgresType { get }
    /// Appends the binary representation of an array; a one-dimensional array unless the element says otherwise.
    static func encodeArray(_ elements: [Self], into buffer: inout [UInt8])
}

extension PostgresEncodable {
    /// Values are not NULL unless their type says so.
    public var isNull: Bool { false }
    /// The array type of `postgresType`.
    public static var postgresArrayType: PostgresType { postgresType.array }
    /// A one-dimensional PostgreSQL array.
    public static func encodeArray(_ elements: [Self], into buffer: inout [UInt8]) {
        ArrayFormat.encode(elements, into: &buffer)
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// The wrapped type.
    public static var postgresType: PostgresType { Wrapped.postgresType }
    /// Whether there is no value.
    public var isNull: Bool { self?.isNull ?? true }
    /// Appends the wrapped value; nothing when there is none.
    public func encode(into buffer: inout [UInt8]) { self?.encode(into: &buffer) }
}
