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
        if let value = short(bytes, lower, upper) { return value }
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

    /// Digits with at most one point, fifteen in all; nil for anything else. The digits and the power of ten by which they are divided are
    /// exact as doubles, so the quotient is the double nearest to the text (Clinger, "How to Read Floating Point Numbers Accurately").
    private static func short(_ bytes: UnsafeRawBufferPointer, _ lower: Int, _ upper: Int) -> Double? {
        guard upper - lower <= 16 else { return nil }
        var digits = 0
        var value: Int64 = 0
        var point: Int?
        for offset in lower..<upper {
            switch bytes[offset] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                value = value * 10 + Int64(bytes[offset] - UInt8(ascii: "0"))
                digits += 1
            case UInt8(ascii: ".") where point == nil && digits > 0: point = digits
            default: return nil
            }
        }
        let fraction = digits - (point ?? digits)
        guard digits <= 15, digits > 0, point == nil || fraction > 0 else { return nil }
        return fraction == 0 ? Double(value) : Double(value) / powersOfTen[fraction]
    }

    private static let powersOfTen: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15]

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
