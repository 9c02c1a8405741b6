/// How hard a share is: the expected number of hashes to find one, divided by 2^32. Dimensionless, finite, 0…2^224.
///
/// *Assigned* difficulty is the target the pool gave the miner; *achieved* difficulty is what the share's hash reached (spec 03a §1).
public struct Difficulty: Sendable, Hashable, Comparable {
    /// The number itself.
    public let value: Double

    /// The largest difficulty an event may carry (spec 03a §4.2).
    public static let maximum = Difficulty(unchecked: 0x1p224)
    /// No difficulty: nothing found yet.
    public static let zero = Difficulty(unchecked: 0)

    /// Takes a number from outside; nil if it is not finite, is negative or exceeds ``maximum``.
    public init?(_ value: Double) {
        guard value >= 0, value <= Self.maximum.value else { return nil }
        // -0.0 passes the comparison; keep one zero only.
        self.value = value + 0.0
    }

    private init(unchecked value: Double) {
        self.value = value
    }

    /// Orders by value.
    public static func < (left: Difficulty, right: Difficulty) -> Bool { left.value < right.value }
}
