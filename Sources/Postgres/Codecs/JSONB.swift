/// A JSON document in a `jsonb` column, as the UTF-8 text it is made of. The document is not parsed here.
public struct JSONB: Hashable, Sendable, PostgresEncodable, PostgresDecodable {
    /// The document's UTF-8 text.
    public var bytes: [UInt8]

    /// A document given as UTF-8 bytes.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// A document given as text.
    public init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The document as text.
    public var string: String { String(decoding: bytes, as: UTF8.self) }

    /// `jsonb`
    public static var postgresType: PostgresType { .jsonb }

    /// Appends the format version, 1, and the text.
    public func encode(into buffer: inout [UInt8]) {
        buffer.append(1)
        buffer += bytes
    }

    /// Reads `jsonb` or `json`.
    public init(postgres cell: PostgresCell) throws {
        switch cell.typeOID {
        case PostgresType.json.oid: bytes = try cell.withBytes { [UInt8]($0) }
        case PostgresType.jsonb.oid:
            bytes = try cell.withBytes { bytes in
                guard bytes.first == 1 else { throw cell.failure(.malformed) }
                return [UInt8](bytes.dropFirst())
            }
        default: throw cell.failure(.typeMismatch)
        }
    }
}
