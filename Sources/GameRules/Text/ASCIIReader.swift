/// A cursor over ASCII text, for the fixed formats of dates and numbers.
///
/// Every method either consumes what it names or returns `nil`/`false`; nothing traps on hostile input.
struct ASCIIReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    /// The byte at the cursor, without consuming it.
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Consumes exactly `byte`.
    mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    /// Consumes one decimal digit.
    mutating func digit() -> Int? {
        guard let byte = next, byte &- Character.zero <= 9 else { return nil }
        position += 1
        return Int(byte &- Character.zero)
    }

    /// Consumes exactly `count` decimal digits (at most 18, so the value always fits).
    mutating func digits(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// Consumes a run of 1 to 9 fraction digits and returns whole microseconds; digits beyond the sixth are truncated.
    mutating func fractionMicroseconds() -> Int64? {
        var microseconds: Int64 = 0
        var count = 0
        while let digit = digit() {
            count += 1
            guard count <= 9 else { return nil }
            if count <= 6 { microseconds = microseconds * 10 + Int64(digit) }
        }
        guard count > 0 else { return nil }
        while count < 6 {
            microseconds *= 10
            count += 1
        }
        return microseconds
    }

    /// Reads `text` with `parse`, and refuses it unless every byte was consumed.
    static func parse<Value>(_ text: String, _ parse: (inout ASCIIReader) -> Value?) -> Value? {
        var text = text
        return text.withUTF8 { bytes in
            var reader = ASCIIReader(bytes)
            guard let value = parse(&reader), reader.isAtEnd else { return nil }
            return value
        }
    }
}

extension ASCIIReader {
    /// The ASCII bytes the calendar formats are made of.
    enum Character {
        static let zero = UInt8(ascii: "0")
        static let hyphen = UInt8(ascii: "-")
        static let plus = UInt8(ascii: "+")
        static let colon = UInt8(ascii: ":")
        static let point = UInt8(ascii: ".")
        static let t = UInt8(ascii: "T")
        static let w = UInt8(ascii: "W")
        static let z = UInt8(ascii: "Z")
    }
}
