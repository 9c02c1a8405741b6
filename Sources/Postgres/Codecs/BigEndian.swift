extension [UInt8] {
    /// Appends an integer in network byte order.
    mutating func append(bigEndian value: some FixedWidthInteger) {
        var swapped = value.bigEndian
        Swift.withUnsafeBytes(of: &swapped) { append(contentsOf: $0) }
    }

    /// Overwrites four bytes with a 32-bit integer in network byte order.
    mutating func replace(at offset: Int, bigEndian value: Int32) {
        let bits = UInt32(bitPattern: value)
        for index in 0..<4 { self[offset + index] = UInt8(truncatingIfNeeded: bits >> (24 - 8 * UInt32(index))) }
    }
}

/// Reads network-order values one after the other, and never past the end.
struct ByteReader {
    let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count - offset }

    /// The next integer, or `nil` when too few bytes are left.
    mutating func next<Value: FixedWidthInteger>(_: Value.Type) -> Value? {
        guard remaining >= MemoryLayout<Value>.size else { return nil }
        defer { offset += MemoryLayout<Value>.size }
        return Value(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    /// The next `count` bytes, or `nil` when too few are left.
    mutating func next(count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, remaining >= count else { return nil }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }
}
