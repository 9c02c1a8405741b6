/// A cursor that fills caller-owned memory with the fixed ASCII formats of dates and numbers.
///
/// The caller guarantees room for what it writes; every format here has a fixed length.
struct ASCIIWriter {
    private let memory: UnsafeMutableRawBufferPointer
    private var position = 0

    init(_ memory: UnsafeMutableRawBufferPointer) {
        self.memory = memory
    }

    mutating func byte(_ byte: UInt8) {
        memory[position] = byte
        position += 1
    }

    /// Writes the last `count` decimal digits of a non-negative `value`, zero-padded.
    mutating func digits(_ value: Int, count: Int) {
        var rest = value
        var index = position + count
        while index > position {
            index -= 1
            memory[index] = ASCIIReader.Character.zero + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        position += count
    }

    /// Writes `YYYY-MM-DD`.
    mutating func date(_ date: CivilDate) {
        digits(date.year, count: 4)
        byte(ASCIIReader.Character.hyphen)
        digits(date.month, count: 2)
        byte(ASCIIReader.Character.hyphen)
        digits(date.day, count: 2)
    }

    /// A string of exactly `count` ASCII bytes filled in by `write`.
    static func string(count: Int, _ write: (inout ASCIIWriter) -> Void) -> String {
        String(unsafeUninitializedCapacity: count) { bytes in
            var writer = ASCIIWriter(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[0..<count]))
            write(&writer)
            return count
        }
    }
}
