extension JSONReader {
    /// Reads a number as an integer. `1.0` and `1e2` are integers, `1.5` is not (`unexpectedType`).
    public mutating func readInt64() throws(JSONError) -> Int64 {
        let start = try startOfNumber()
        switch try scanNumber() {
        case .integer(let value): return value
        case .number(let value):
            guard let integer = Int64(exactly: value) else {
                if value == value.rounded() { throw .numberOutOfRange(offset: start) }
                throw .unexpectedType(.number, offset: start)
            }
            return integer
        }
    }

    /// Reads a number as an integer of the platform's width.
    public mutating func readInt() throws(JSONError) -> Int {
        Int(try readInt64())
    }

    /// Reads a number as the nearest double.
    public mutating func readDouble() throws(JSONError) -> Double {
        _ = try startOfNumber()
        switch try scanNumber() {
        case .integer(let value): return Double(value)
        case .number(let value): return value
        }
    }

    /// A number as it was written: an integer when it has neither fraction nor exponent and fits 64 bits.
    enum Number {
        case integer(Int64)
        case number(Double)
    }

    private mutating func startOfNumber() throws(JSONError) -> Int {
        let byte = try nextByte()
        guard byte == UInt8(ascii: "-") || JSONReader.isDigit(byte) else { throw try unexpected() }
        return offset
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// Decimal digits gathered while walking over a number. Digits beyond the 19th no longer fit and are only counted as lost.
    private struct Digits {
        var value: UInt64 = 0
        var kept = 0
        var areComplete = true

        @inline(__always)
        mutating func append(_ byte: UInt8) {
            if kept < 19 {
                value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
                if value > 0 { kept += 1 }
            } else {
                areComplete = false
            }
        }
    }

    /// Walks over the digits at `offset` and returns how many there are.
    @inline(__always)
    private mutating func scanDigits(into digits: inout Digits) -> Int {
        let start = offset
        while offset < bytes.count, JSONReader.isDigit(bytes[offset]) {
            digits.append(bytes[offset])
            offset += 1
        }
        return offset - start
    }

    /// Walks over a number that begins at `offset`.
    mutating func scanNumber() throws(JSONError) -> Number {
        let start = offset
        let isNegative = bytes[offset] == UInt8(ascii: "-")
        if isNegative { offset += 1 }
        var digits = Digits()
        let firstDigit = offset
        let whole = scanDigits(into: &digits)
        if whole == 0 { throw offset < bytes.count ? .syntax(offset: offset) : .unexpectedEnd }
        if whole > 1, bytes[firstDigit] == UInt8(ascii: "0") { throw .syntax(offset: firstDigit) }

        var exponent = 0
        var isWhole = true
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            isWhole = false
            offset += 1
            let fraction = scanDigits(into: &digits)
            if fraction == 0 { throw offset < bytes.count ? .syntax(offset: offset) : .unexpectedEnd }
            exponent -= fraction
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            exponent += try scanExponent()
        }
        if isWhole, digits.areComplete, let integer = JSONReader.integer(digits.value, isNegative: isNegative) { return .integer(integer) }
        // Both factors are exact doubles, so one rounding gives the nearest one (Clinger's fast path).
        if digits.areComplete, digits.value <= 1 << 53, abs(exponent) <= 22 {
            let power = JSONReader.powersOfTen[abs(exponent)]
            let magnitude = exponent < 0 ? Double(digits.value) / power : Double(digits.value) * power
            return .number(isNegative ? -magnitude : magnitude)
        }
        guard let value = Double(String(decoding: bytes[start..<offset], as: UTF8.self)), value.isFinite else {
            throw .numberOutOfRange(offset: start)
        }
        return .number(value)
    }

    /// Walks over `e`, sign and digits; values beyond any double are cut at 100,000.
    private mutating func scanExponent() throws(JSONError) -> Int {
        offset += 1
        var isNegative = false
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "-") || bytes[offset] == UInt8(ascii: "+") {
            isNegative = bytes[offset] == UInt8(ascii: "-")
            offset += 1
        }
        let start = offset
        var value = 0
        while offset < bytes.count, JSONReader.isDigit(bytes[offset]) {
            value = min(value * 10 + Int(bytes[offset] - UInt8(ascii: "0")), 100_000)
            offset += 1
        }
        if offset == start { throw offset < bytes.count ? .syntax(offset: offset) : .unexpectedEnd }
        return isNegative ? -value : value
    }

    @inline(__always)
    private static func integer(_ magnitude: UInt64, isNegative: Bool) -> Int64? {
        if !isNegative { return Int64(exactly: magnitude) }
        if magnitude == 1 << 63 { return .min }
        return Int64(exactly: magnitude).map { -$0 }
    }

    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
