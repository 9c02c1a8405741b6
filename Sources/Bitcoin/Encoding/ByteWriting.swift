/// Writes Bitcoin's serialised formats at the end of a byte array.
extension [UInt8] {
    /// Appends an integer, lowest byte first.
    mutating func append(littleEndian number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    /// Appends a count in CompactSize form: one, three, five or nine bytes.
    mutating func append(compactSize count: Int) {
        switch count {
        case ..<0xfd: append(UInt8(truncatingIfNeeded: count))
        case ..<0x1_0000:
            append(0xfd)
            append(littleEndian: UInt16(truncatingIfNeeded: count))
        case ..<0x1_0000_0000:
            append(0xfe)
            append(littleEndian: UInt32(truncatingIfNeeded: count))
        default:
            append(0xff)
            append(littleEndian: UInt64(truncatingIfNeeded: count))
        }
    }

    /// Appends a byte string behind its CompactSize length.
    mutating func append(sized content: [UInt8]) {
        append(compactSize: content.count)
        append(contentsOf: content)
    }

    /// The byte string behind its CompactSize length.
    var sized: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(sized: self)
        return bytes
    }
}
