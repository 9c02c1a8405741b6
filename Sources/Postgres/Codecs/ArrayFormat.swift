/// PostgreSQL's binary array format (`array_send`/`array_recv`): dimensions, a has-NULL flag, the element type,
/// then for each dimension its size and lower bound, then each element with a 32-bit length (-1 for NULL).
enum ArrayFormat {
    static func encode<Element: PostgresEncodable>(_ elements: [Element], into buffer: inout [UInt8]) {
        buffer.append(bigEndian: Int32(elements.isEmpty ? 0 : 1))
        buffer.append(bigEndian: Int32(elements.contains { $0.isNull } ? 1 : 0))
        buffer.append(bigEndian: Element.postgresType.oid)
        guard !elements.isEmpty else { return }
        buffer.append(bigEndian: Int32(truncatingIfNeeded: elements.count))
        buffer.append(bigEndian: Int32(1))
        for element in elements { encodeWithLength(element, into: &buffer) }
    }

    /// A value preceded by its length in bytes, or -1 for NULL; the form elements and `COPY` fields share.
    static func encodeWithLength(_ value: some PostgresEncodable, into buffer: inout [UInt8]) {
        let start = buffer.count
        buffer.append(bigEndian: Int32(-1))
        guard !value.isNull else { return }
        value.encode(into: &buffer)
        buffer.replace(at: start, bigEndian: Int32(truncatingIfNeeded: buffer.count - start - 4))
    }

    static func decode<Element: PostgresDecodable>(_ cell: PostgresCell) throws -> [Element] {
        try cell.withBytes { bytes in
            var reader = ByteReader(bytes)
            guard let dimensions = reader.next(Int32.self), reader.next(Int32.self) != nil, let type = reader.next(UInt32.self) else {
                throw cell.failure(.malformed)
            }
            if dimensions == 0 { return [] }
            guard dimensions == 1, let count = reader.next(Int32.self), reader.next(Int32.self) != nil, count >= 0 else {
                throw cell.failure(.malformed)
            }
            var elements: [Element] = []
            elements.reserveCapacity(min(Int(count), reader.remaining / 4))
            for _ in 0..<count {
                guard let length = reader.next(Int32.self) else { throw cell.failure(.malformed) }
                if length == -1 {
                    elements.append(try Element(postgres: cell.element(nil, type: type)))
                } else {
                    guard let slice = reader.next(count: Int(length)) else { throw cell.failure(.malformed) }
                    elements.append(try Element(postgres: cell.element(slice, type: type)))
                }
            }
            return elements
        }
    }
}

extension Array: PostgresEncodable where Element: PostgresEncodable {
    /// The element's array type.
    public static var postgresType: PostgresType { Element.postgresArrayType }
    /// Appends the array in binary format.
    public func encode(into buffer: inout [UInt8]) { Element.encodeArray(self, into: &buffer) }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    /// Reads an array cell.
    public init(postgres cell: PostgresCell) throws { self = try Element.decodeArray(cell) }
}
