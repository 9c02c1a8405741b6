/// Checks a byte stream for UTF-8 (RFC 3629) piece by piece, so that bad text is refused at its first wrong byte and not
/// only when its message is complete.
struct UTF8Validator: Equatable, Sendable {
    /// Continuation bytes the current character still lacks.
    private var missing: UInt8 = 0
    /// Bounds of the next continuation byte: narrower than 80–BF after the lead bytes that could spell overlong forms,
    /// surrogates or code points over U+10FFFF.
    private var lower: UInt8 = 0x80
    private var upper: UInt8 = 0xBF

    /// Whether the bytes so far end with a complete character.
    var isComplete: Bool { self.missing == 0 }

    /// Takes the next bytes; false as soon as no continuation could make them valid.
    mutating func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            if self.missing == 0 {
                index = Self.skipASCII(bytes, from: index)
                guard index < bytes.count else { return true }
                guard self.begin(bytes[index]) else { return false }
            } else {
                guard bytes[index] >= self.lower, bytes[index] <= self.upper else { return false }
                self.missing -= 1
                (self.lower, self.upper) = (0x80, 0xBF)
            }
            index += 1
        }
        return true
    }

    private mutating func begin(_ lead: UInt8) -> Bool {
        switch lead {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: self.missing = 1
        case 0xE0: (self.missing, self.lower) = (2, 0xA0)
        case 0xED: (self.missing, self.upper) = (2, 0x9F)
        case 0xE1...0xEF: self.missing = 2
        case 0xF0: (self.missing, self.lower) = (3, 0x90)
        case 0xF4: (self.missing, self.upper) = (3, 0x8F)
        case 0xF1...0xF3: self.missing = 3
        default: return false
        }
        return true
    }

    private static func skipASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index + 8 <= bytes.count, bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
            index += 8
        }
        while index < bytes.count, bytes[index] < 0x80 { index += 1 }
        return index
    }
}
