extension Difficulty {
    /// Index in a ``DifficultyHistogram``: how many of the thresholds 10, 10^2 … 10^15 are at or below the value.
    ///
    /// Every threshold is an exact double, so the comparison is exact where a logarithm would not be.
    public var decade: Int {
        var index = 0
        for threshold in DifficultyHistogram.thresholds where threshold <= value { index += 1 }
        return index
    }
}

/// Counts of shares by decade of achieved difficulty, the `diff_hist` columns (spec 03a §9).
public struct DifficultyHistogram: Sendable, Hashable {
    /// Number of decades: below 10, fourteen between, and 10^15 or more.
    public static let decadeCount = 16
    /// The lower bounds of decades 1…15.
    public static let thresholds: [Double] = [1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15]

    /// Shares per decade; always ``decadeCount`` numbers.
    public private(set) var counts = [Int64](repeating: 0, count: decadeCount)

    /// An empty histogram.
    public init() {}

    /// Takes stored counts; nil unless there is one per decade.
    public init?(counts: [Int64]) {
        guard counts.count == Self.decadeCount else { return nil }
        self.counts = counts
    }

    /// Counts one share.
    public mutating func record(_ achieved: Difficulty) {
        counts[achieved.decade] += 1
    }

    /// Adds the counts of another histogram.
    public mutating func add(_ other: DifficultyHistogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
    }
}
