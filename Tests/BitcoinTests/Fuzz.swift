import Foundation

/// How often property tests repeat, and a reproducible source of chance for them.
enum Fuzz {
    /// Rounds of a fuzz test: `TBG_FUZZ_COUNT`, 20,000 without it.
    static let count = ProcessInfo.processInfo.environment["TBG_FUZZ_COUNT"].flatMap { Int($0) } ?? 20_000
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, seedable, good enough to make test inputs.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    mutating func bytes(count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }
}
