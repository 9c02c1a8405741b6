/// An exact decimal, `numeric`: an integer and the number of its digits after the decimal point.
///
/// Money in smallest units needs no rounding either way: 1.5 BTC in `numeric(16,8)` is
/// `PostgresNumeric(unscaled: 150_000_000, scale: 8)`, and reads back by `unscaled(scale: 8)`.
public struct PostgresNumeric: Hashable, Sendable, PostgresEncodable, PostgresDecodable {
    /// The value multiplied by 10 to the power of `scale`.
    public let unscaled: Int64
    /// Digits after the decimal point, 0…18.
    public let scale: Int

    /// `unscaled` ÷ 10^`scale`; a scale outside 0…18 is brought into it.
    public init(unscaled: Int64, scale: Int) {
        self.unscaled = unscaled
        self.scale = min(max(scale, 0), 18)
    }

    /// The value multiplied by 10^`scale`, or `nil` when that is not an integer of 64 bits.
    public func unscaled(scale target: Int) -> Int64? {
        guard (0...18).contains(target) else { return nil }
        let (power, widens) = (Self.power(abs(target - scale)), target >= scale)
        if widens {
            let (product, overflow) = unscaled.multipliedReportingOverflow(by: power)
            return overflow ? nil : product
        }
        return unscaled % power == 0 ? unscaled / power : nil
    }

    /// The nearest binary floating-point number.
    public var doubleValue: Double { Double(unscaled) / Double(Self.power(scale)) }

    /// `numeric`
    public static var postgresType: PostgresType { .numeric }

    /// Appends digits to base 10,000 (`numeric_send`).
    public func encode(into buffer: inout [UInt8]) {
        let factor = UInt64(Self.power(scale))
        let whole = unscaled.magnitude / factor
        // The fraction, widened to a multiple of four decimal digits.
        var fraction = UInt128(unscaled.magnitude % factor)
        let groups = (scale + 3) / 4
        for _ in scale..<groups * 4 { fraction *= 10 }
        var digits: [Int16] = []
        for _ in 0..<groups {
            digits.append(Int16(fraction % 10_000))
            fraction /= 10_000
        }
        var rest = whole
        while rest > 0 {
            digits.append(Int16(rest % 10_000))
            rest /= 10_000
        }
        digits.reverse()
        buffer.append(bigEndian: Int16(digits.count))
        buffer.append(bigEndian: Int16(digits.count - groups - 1))
        buffer.append(bigEndian: Int16(unscaled < 0 ? 0x4000 : 0))
        buffer.append(bigEndian: Int16(scale))
        for digit in digits { buffer.append(bigEndian: digit) }
    }

    /// Reads `numeric`; a value of more than 18 fraction digits or beyond 64 bits, NaN and infinity are refused.
    public init(postgres cell: PostgresCell) throws {
        guard cell.isNull || cell.typeOID == PostgresType.numeric.oid else { throw cell.failure(.typeMismatch) }
        self = try cell.withBytes { bytes in
            var reader = ByteReader(bytes)
            guard let count = reader.next(Int16.self), let weight = reader.next(Int16.self), let sign = reader.next(UInt16.self),
                let scale = reader.next(Int16.self)
            else { throw cell.failure(.malformed) }
            guard sign == 0 || sign == 0x4000, (0...18).contains(scale) else { throw cell.failure(.outOfRange) }
            var magnitude: UInt128 = 0
            for index in 0..<max(Int(count), 0) {
                guard let digit = reader.next(UInt16.self), digit < 10_000 else { throw cell.failure(.malformed) }
                // Decimal exponent of this group's last digit, counted from the last digit kept.
                let exponent = (Int(weight) - index) * 4 + Int(scale)
                guard exponent <= 19 else { throw cell.failure(.outOfRange) }
                guard exponent > -4 else { break }
                magnitude += exponent >= 0 ? UInt128(digit) * Self.wide(exponent) : UInt128(digit) / Self.wide(-exponent)
            }
            guard let value = Int64(exactly: sign == 0 ? Int128(magnitude) : -Int128(magnitude)) else { throw cell.failure(.outOfRange) }
            return PostgresNumeric(unscaled: value, scale: Int(scale))
        }
    }

    private static func power(_ exponent: Int) -> Int64 {
        (0..<exponent).reduce(into: Int64(1)) { power, _ in power *= 10 }
    }

    private static func wide(_ exponent: Int) -> UInt128 {
        (0..<exponent).reduce(into: UInt128(1)) { power, _ in power *= 10 }
    }
}

extension PostgresNumeric: CustomStringConvertible {
    /// The decimal with exactly `scale` fraction digits.
    public var description: String {
        guard scale > 0 else { return "\(unscaled)" }
        let digits = String(unscaled.magnitude)
        let padded = String(repeating: "0", count: max(scale + 1 - digits.count, 0)) + digits
        return (unscaled < 0 ? "-" : "") + padded.dropLast(scale) + "." + padded.suffix(scale)
    }
}
