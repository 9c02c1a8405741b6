/// Numbers as RESP writes them, read from bytes `lower ..< upper`.
enum RESPNumber {
    /// A signed 64-bit decimal.
    static func integer(_ bytes: UnsafeRawBufferPointer, _ lower: Int, _ upper: Int) throws(RESPProtocolError) -> Int {
        var offset = lower
        var negative = false
        if offset < upper, bytes[offset] == UInt8(ascii: "-") || bytes[offset] == UInt8(ascii: "+") {
            negative = bytes[offset] == UInt8(ascii: "-")
            offset += 1
        }
        guard offset < upper else { throw .malformedValue }
        var value = 0
        while offset < upper {
            let digit = Int(bytes[offset]) - 0x30
            guard digit >= 0, digit <= 9 else { throw .malformedValue }
            // Counting downwards reaches Int.min, which has no positive twin.
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowAgain) = shifted.subtractingReportingOverflow(digit)
            guard !overflow, !overflowAgain else { throw .malformedValue }
            value = sum
            offset += 1
        }
        guard negative || value != Int.min else { throw .malformedValue }
        return negative ? value : -value
    }

    /// A decimal fraction with optional exponent, `inf`, `-inf` or `nan`.
    static func double(_ bytes: UnsafeRawBufferPointer, _ lower: Int, _ upper: Int) throws(RESPProtocolError) -> Double {
        guard upper > lower, upper - lower <= 400 else { throw .malformedValue }
        let text = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[lower..<upper]), as: UTF8.self)
        switch text {
        case "inf": return .infinity
        case "-inf": return -.infinity
        case "nan", "-nan": return .nan
        default: break
        }
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"),
                UInt8(ascii: "E"):
                true
            default: false
            }
        }
        guard plain, let value = Double(text) else { throw .malformedValue }
        return value
    }

    /// Optional sign and at least one digit, of any length.
    static func checkDigits(_ bytes: UnsafeRawBufferPointer, _ lower: Int, _ upper: Int) throws(RESPProtocolError) {
        var offset = lower
        if offset < upper, bytes[offset] == UInt8(ascii: "-") || bytes[offset] == UInt8(ascii: "+") { offset += 1 }
        guard offset < upper else { throw .malformedValue }
        while offset < upper {
            guard bytes[offset] >= UInt8(ascii: "0"), bytes[offset] <= UInt8(ascii: "9") else { throw .malformedValue }
            offset += 1
        }
    }
}
