/// The upper bounds of a histogram's buckets, ascending; the bucket up to infinity is implied.
public struct HistogramBuckets: Hashable, Sendable, ExpressibleByArrayLiteral {
    /// Finite bounds, strictly ascending.
    public let upperBounds: [Double]

    /// Sorts the bounds and drops duplicates, infinities and NaN.
    public init(_ upperBounds: [Double]) {
        self.upperBounds = Set(upperBounds.filter(\.isFinite)).sorted()
    }

    /// Sorts the bounds and drops duplicates, infinities and NaN.
    public init(arrayLiteral upperBounds: Double...) {
        self.init(upperBounds)
    }

    /// Seconds from half a millisecond to ten seconds, for work that is usually quick: queries, commands, events.
    public static let seconds: HistogramBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// The index of the first bucket whose bound is at least `value`; one past the last for the implied infinite bucket.
    func index(of value: Double) -> Int {
        // Linear on purpose: a dozen bounds fit two cache lines, and most observations land near the front.
        var index = 0
        while index < upperBounds.count, value > upperBounds[index] {
            index += 1
        }
        return index
    }
}
