/// Reads Bitcoin's serialised formats front to back. Every read returns nil, and leaves the position alone, when too little is left.
struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var remaining: Int { bytes.count - position }
    var isAtEnd: Bool { remaining == 0 }

    mutating func readByte() -> UInt8? {
        guard remaining >= 1 else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func readBytes(_ count: Int) -> [UInt8]? {
        guard count >= 0, remaining >= count else { return nil }
        defer { position += count }
        return Array(bytes[position..<(position + count)])
    }

    mutating func readUInt32() -> UInt32? {
        readLittleEndian(4).map { UInt32(truncatingIfNeeded: $0) }
    }

    mutating func readUInt64() -> UInt64? {
        readLittleEndian(8)
    }

    /// A CompactSize in its shortest form that is no larger than what is left to read.
    mutating func readCompactSize() -> Int? {
        let start = position
        guard let size = readMinimalSize(), size <= UInt64(remaining) else {
            position = start
            return nil
        }
        return Int(size)
    }

    /// A byte string behind its CompactSize length.
    mutating func readSized() -> [UInt8]? {
        let start = position
        guard let count = readCompactSize(), let content = readBytes(count) else {
            position = start
            return nil
        }
        return content
    }

    /// Whether the next bytes are `wanted`; consumes them if so.
    mutating func skip(_ wanted: [UInt8]) -> Bool {
        guard bytes[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    private mutating func readMinimalSize() -> UInt64? {
        guard let first = readByte() else { return nil }
        let (width, least): (Int, UInt64)
        switch first {
        case 0xfd: (width, least) = (2, 0xfd)
        case 0xfe: (width, least) = (4, 0x1_0000)
        case 0xff: (width, least) = (8, 0x1_0000_0000)
        default: return UInt64(first)
        }
        guard let size = readLittleEndian(width), size >= least else { return nil }
        return size
    }

    private mutating func readLittleEndian(_ width: Int) -> UInt64? {
        readBytes(width)?.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
