import Foundation

/// How often property tests repeat. `make fuzz` makes a long run of it.
public enum Fuzz {
    /// Rounds of a fuzz test: `TBG_FUZZ_COUNT`, 20,000 without it.
    public static let count = ProcessInfo.processInfo.environment["TBG_FUZZ_COUNT"].flatMap { Int($0) } ?? 20_000
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, seedable, good enough to make test inputs.
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// A generator that makes the same numbers in every run.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// Random bytes.
    public mutating func bytes(count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }

    /// A copy of `bytes` with one to three bytes changed, removed, doubled, or the end cut off.
    public mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        var copy = bytes
        for _ in 0..<Int.random(in: 1...3, using: &self) where !copy.isEmpty {
            let position = Int.random(in: copy.indices, using: &self)
            switch Int.random(in: 0..<8, using: &self) {
            case 0: copy.remove(at: position)
            case 1: copy.insert(copy[position], at: position)
            case 2: copy.removeSubrange(position...)
            default: copy[position] = .random(in: .min ... .max, using: &self)
            }
        }
        return copy
    }

    /// Random bytes in one of four rounds, damaged good bytes in the others.
    public mutating func input(round: Int, from good: [[UInt8]]) -> [UInt8] {
        round.isMultiple(of: 4) ? bytes(count: round / 4 % 200) : damaged(good[round % good.count])
    }
}
