/// Hashes per second.
public struct Hashrate: Sendable, Hashable, Comparable {
    /// The number, H/s.
    public let hashesPerSecond: Double

    /// Hashes that a unit of work stands for.
    public static let hashesPerWork: Double = 4_294_967_296
    /// Standing still.
    public static let zero = Hashrate(hashesPerSecond: 0)

    /// Takes a number in H/s.
    public init(hashesPerSecond: Double) {
        self.hashesPerSecond = hashesPerSecond
    }

    /// The rate at which `work` is done in `seconds`: work × 2^32 / seconds (spec 03a §1); zero for an empty span.
    public init(work: Work, seconds: Double) {
        hashesPerSecond = seconds > 0 ? work.value * Self.hashesPerWork / seconds : 0
    }

    /// Orders by rate.
    public static func < (left: Hashrate, right: Hashrate) -> Bool { left.hashesPerSecond < right.hashesPerSecond }
}
