public import NIOCore

/// The fields of one stream entry, kept as the bytes the server sent and searched on demand.
///
/// Entries have a handful of fields and each is wanted once, so walking the bytes is cheaper than any dictionary. The bytes
/// share the storage of the whole reply; copy what is to outlive the batch.
public struct StreamFields: Sendable, Equatable {
    /// `2 × count` bulk strings, names and values in turn.
    private let bytes: ByteBuffer
    /// Number of fields.
    public let count: Int

    init(bytes: ByteBuffer, count: Int) {
        self.bytes = bytes
        self.count = count
    }

    /// Whether there are no fields.
    public var isEmpty: Bool { count == 0 }

    /// The value of the first field of that name, sharing the reply's storage.
    public subscript(name: StaticString) -> ByteBuffer? {
        find(name) { reader, token in try? reader.slice(token.lower, token.upper) } ?? nil
    }

    /// The value of the first field of that name as text; bytes that are not UTF-8 are replaced.
    public func string(_ name: StaticString) -> String? {
        withBytes(name) { String(decoding: $0, as: UTF8.self) }
    }

    /// Calls the body with the value of the first field of that name; nil when there is none. The bytes are valid within the body only.
    public func withBytes<Result>(_ name: StaticString, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result? {
        try find(name) { reader, token in try body(reader.content(of: token)) }
    }

    /// Calls the body with every name and value in order. The bytes are valid within the body only.
    public func forEach(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Void) rethrows {
        try bytes.withUnsafeReadableBytes { raw in
            var reader = RESPReader(bytes: raw, buffer: bytes)
            for _ in 0..<count {
                guard let name = try? reader.token(), let value = try? reader.token() else { return }
                try body(reader.content(of: name), reader.content(of: value))
            }
        }
    }

    private func find<Result>(_ name: StaticString, _ body: (RESPReader, RESPToken) throws -> Result) rethrows -> Result? {
        try bytes.withUnsafeReadableBytes { raw in
            var reader = RESPReader(bytes: raw, buffer: bytes)
            for _ in 0..<count {
                guard let key = try? reader.token(), let value = try? reader.token() else { return nil }
                if name.matches(reader.content(of: key)) { return try body(reader, value) }
            }
            return nil
        }
    }
}

extension StreamFields: Sequence {
    /// A field's name and value, sharing the reply's storage.
    public typealias Element = (name: ByteBuffer, value: ByteBuffer)

    /// Walks the fields in order.
    public func makeIterator() -> AnyIterator<Element> {
        var rest = bytes
        return AnyIterator {
            func string() -> ByteBuffer? {
                let found = rest.withUnsafeReadableBytes { raw -> (ByteBuffer, Int)? in
                    var reader = RESPReader(bytes: raw, buffer: rest)
                    guard let token = try? reader.token(), let slice = try? reader.slice(token.lower, token.upper) else { return nil }
                    return (slice, reader.position)
                }
                guard let (slice, end) = found else { return nil }
                rest.moveReaderIndex(forwardBy: end)
                return slice
            }
            guard let name = string(), let value = string() else { return nil }
            return (name, value)
        }
    }
}

extension StaticString {
    /// Whether the bytes are those of this string.
    func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        utf8CodeUnitCount == bytes.count && withUTF8Buffer { $0.elementsEqual(bytes) }
    }
}
