#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension Bool: PostgresEncodable, PostgresDecodable {
    /// `boolean`
    public static var postgresType: PostgresType { .bool }
    /// Appends one byte.
    public func encode(into buffer: inout [UInt8]) { buffer.append(self ? 1 : 0) }
    /// Reads `boolean`.
    public init(postgres cell: PostgresCell) throws {
        self = try cell.fixed(UInt8.self, as: .bool) != 0
    }
}

extension Double: PostgresEncodable, PostgresDecodable {
    /// `double precision`
    public static var postgresType: PostgresType { .float8 }
    /// Appends the IEEE 754 bit pattern.
    public func encode(into buffer: inout [UInt8]) { buffer.append(bigEndian: bitPattern) }
    /// Reads `double precision` or `real`. `numeric` is refused: see ``PostgresNumeric``.
    public init(postgres cell: PostgresCell) throws {
        if cell.typeOID == PostgresType.float4.oid {
            self = Double(try Float(postgres: cell))
        } else {
            self = Double(bitPattern: try cell.fixed(UInt64.self, as: .float8))
        }
    }
}

extension Float: PostgresEncodable, PostgresDecodable {
    /// `real`
    public static var postgresType: PostgresType { .float4 }
    /// Appends the IEEE 754 bit pattern.
    public func encode(into buffer: inout [UInt8]) { buffer.append(bigEndian: bitPattern) }
    /// Reads `real`.
    public init(postgres cell: PostgresCell) throws {
        self = Float(bitPattern: try cell.fixed(UInt32.self, as: .float4))
    }
}

extension String: PostgresEncodable, PostgresDecodable {
    /// `text`
    public static var postgresType: PostgresType { .text }
    /// Appends UTF-8.
    public func encode(into buffer: inout [UInt8]) { buffer.append(contentsOf: utf8) }

    /// Reads any textual type, among them enumerations and extension types such as `citext`, and `json`.
    public init(postgres cell: PostgresCell) throws {
        guard cell.isTextual else { throw cell.failure(.typeMismatch) }
        self = try cell.withBytes { String(decoding: $0, as: UTF8.self) }
    }
}

extension UUID: PostgresEncodable, PostgresDecodable {
    /// `uuid`
    public static var postgresType: PostgresType { .uuid }
    /// Appends sixteen bytes.
    public func encode(into buffer: inout [UInt8]) {
        withUnsafeBytes(of: uuid) { buffer.append(contentsOf: $0) }
    }
    /// Reads `uuid`.
    public init(postgres cell: PostgresCell) throws {
        let bits = try cell.fixed(UInt128.self, as: .uuid).bigEndian
        self = withUnsafeBytes(of: bits) { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}
