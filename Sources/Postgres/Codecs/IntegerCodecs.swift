/// Integers of any width: an integer is read from any integer column whose value fits it.
extension PostgresDecodable where Self: FixedWidthInteger {
    init(integer cell: PostgresCell) throws {
        let wide: Int64
        switch cell.typeOID {
        case PostgresType.int8.oid: wide = try cell.fixed(Int64.self, as: .int8)
        case PostgresType.int4.oid: wide = Int64(try cell.fixed(Int32.self, as: .int4))
        case PostgresType.int2.oid: wide = Int64(try cell.fixed(Int16.self, as: .int2))
        case PostgresType.oid.oid: wide = Int64(try cell.fixed(UInt32.self, as: .oid))
        default: throw cell.failure(cell.isNull ? .null : .typeMismatch)
        }
        guard let value = Self(exactly: wide) else { throw cell.failure(.outOfRange) }
        self = value
    }
}

extension Int: PostgresEncodable, PostgresDecodable {
    /// `bigint`
    public static var postgresType: PostgresType { .int8 }
    /// Appends eight bytes.
    public func encode(into buffer: inout [UInt8]) { buffer.append(bigEndian: Int64(self)) }
    /// Reads any integer type.
    public init(postgres cell: PostgresCell) throws { try self.init(integer: cell) }
}

extension Int64: PostgresEncodable, PostgresDecodable {
    /// `bigint`
    public static var postgresType: PostgresType { .int8 }
    /// Appends eight bytes.
    public func encode(into buffer: inout [UInt8]) { buffer.append(bigEndian: self) }
    /// Reads any integer type.
    public init(postgres cell: PostgresCell) throws { try self.init(integer: cell) }
}

extension Int32: PostgresEncodable, PostgresDecodable {
    /// `integer`
    public static var postgresType: PostgresType { .int4 }
    /// Appends four bytes.
    public func encode(into buffer: inout [UInt8]) { buffer.append(bigEndian: self) }
    /// Reads any integer type whose value fits.
    public init(postgres cell: PostgresCell) throws { try self.init(integer: cell) }
}

extension Int16: PostgresEncodable, PostgresDecodable {
    /// `smallint`
    public static var postgresType: PostgresType { .int2 }
    /// Appends two bytes.
    public func encode(into buffer: inout [UInt8]) { buffer.append(bigEndian: self) }
    /// Reads any integer type whose value fits.
    public init(postgres cell: PostgresCell) throws { try self.init(integer: cell) }
}

/// A single byte travels as `smallint`; an array of bytes is `bytea`.
extension UInt8: PostgresEncodable, PostgresDecodable {
    /// `smallint`
    public static var postgresType: PostgresType { .int2 }
    /// `bytea`
    public static var postgresArrayType: PostgresType { .bytea }
    /// Appends two bytes.
    public func encode(into buffer: inout [UInt8]) { buffer.append(bigEndian: Int16(self)) }
    /// Appends the bytes as they are.
    public static func encodeArray(_ elements: [UInt8], into buffer: inout [UInt8]) { buffer += elements }
    /// Reads any integer type whose value fits.
    public init(postgres cell: PostgresCell) throws { try self.init(integer: cell) }
    /// Reads `bytea`.
    public static func decodeArray(_ cell: PostgresCell) throws -> [UInt8] {
        guard cell.isNull || cell.typeOID == PostgresType.bytea.oid else { throw cell.failure(.typeMismatch) }
        return try cell.withBytes { [UInt8]($0) }
    }
}
