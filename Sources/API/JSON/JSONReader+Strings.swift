extension JSONReader {
    /// Reads a string.
    public mutating func readString() throws(JSONError) -> String {
        try readText().string
    }

    /// Reads a string without copying it out of the text.
    public mutating func readText() throws(JSONError) -> JSONText {
        guard try nextByte() == UInt8(ascii: "\"") else { throw try unexpected() }
        return try scanString()
    }

    /// Walks over a string whose opening quote is next, checking escapes and UTF-8.
    mutating func scanString() throws(JSONError) -> JSONText {
        var index = offset + 1
        let start = index
        var hasEscapes = false
        while true {
            while index + 8 <= bytes.count, JSONReader.isPlain(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) { index += 8 }
            guard index < bytes.count else { throw .unexpectedEnd }
            switch bytes[index] {
            case UInt8(ascii: "\""):
                offset = index + 1
                return JSONText(
                    escapedBytes: UnsafeRawBufferPointer(rebasing: bytes[start..<index]),
                    hasEscapes: hasEscapes,
                    loneSurrogateReplacement: loneSurrogateReplacement
                )
            case UInt8(ascii: "\\"):
                hasEscapes = true
                index = try checkEscape(at: index)
            case 0..<0x20: throw .syntax(offset: index)
            case 0x20..<0x80: index += 1
            default:
                let length = JSONReader.lengthOfScalar(in: bytes, at: index)
                guard length > 0 else { throw .invalidUTF8(offset: index) }
                index += length
            }
        }
    }

    /// Whether none of eight bytes needs a closer look: no quote, no backslash, no control, nothing beyond ASCII.
    @inline(__always)
    private static func isPlain(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high = ones << 7
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        // A byte below n borrows into its high bit when n is subtracted; bytes with the high bit set are caught by `word` itself.
        let suspects = word | (word &- ones &* 0x20) | (quote &- ones) | (backslash &- ones)
        return suspects & high == 0
    }

    /// Checks the escape whose backslash is at `index` and returns the offset behind it.
    private func checkEscape(at index: Int) throws(JSONError) -> Int {
        guard index + 1 < bytes.count else { throw .unexpectedEnd }
        switch bytes[index + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return index + 2
        case UInt8(ascii: "u"):
            guard JSONText.hexadecimal(bytes, at: index + 2) != nil else { throw .syntax(offset: index) }
            let (scalar, length) = JSONText.scalar(in: bytes, at: index + 2)
            if scalar == nil, loneSurrogateReplacement == nil { throw .loneSurrogate(offset: index) }
            return index + 2 + length
        default: throw .syntax(offset: index)
        }
    }

    /// The length in bytes of the well-formed UTF-8 sequence at `index` (Unicode table 3-7); 0 when there is none.
    static func lengthOfScalar(in bytes: UnsafeRawBufferPointer, at index: Int) -> Int {
        let lead = bytes[index]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0..<0x80: return 1
        case 0xC2...0xDF: length = 2
        case 0xE0:
            length = 3
            second = 0xA0...0xBF
        case 0xED:
            length = 3
            second = 0x80...0x9F
        case 0xE1...0xEF: length = 3
        case 0xF0:
            length = 4
            second = 0x90...0xBF
        case 0xF4:
            length = 4
            second = 0x80...0x8F
        case 0xF1...0xF3: length = 4
        default: return 0
        }
        guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return 0 }
        for next in bytes[(index + 2)..<(index + length)] where next & 0xC0 != 0x80 { return 0 }
        return length
    }
}
