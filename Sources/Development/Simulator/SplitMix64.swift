import Foundation

/// A small seeded generator (Steele, Lea, Flood 2014): the same seed gives the same events on every machine.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator whose whole sequence follows from `seed`.
    public init(seed: UInt64) { state = seed }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number of (0, 1], uniformly distributed.
    mutating func unit() -> Double { Double((next() >> 11) + 1) * 0x1p-53 }

    /// A waiting time with the given mean, exponentially distributed: the gaps of a Poisson process.
    mutating func exponential(mean: Double) -> Double { mean * -log(unit()) }

    mutating func hex(bytes: Int) -> String {
        (0..<bytes).map { _ in
            let byte = UInt8(truncatingIfNeeded: next())
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// An RFC 9562 version 4 identifier.
    mutating func uuid() -> String {
        var digits = Array(hex(bytes: 16))
        digits[12] = "4"
        digits[16] = ["8", "9", "a", "b"][Int(next() & 3)]
        let text = String(digits)
        var cut = text.startIndex
        return [8, 4, 4, 4, 12].map { length in
            let end = text.index(cut, offsetBy: length)
            defer { cut = end }
            return String(text[cut..<end])
        }.joined(separator: "-")
    }
}
