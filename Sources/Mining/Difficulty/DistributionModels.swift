import API
import Bitcoin

/// Over how many days shares are counted (spec 03 route 8).
struct DistributionQuery: EndpointInput {
    let days: Int

    init(from fields: inout RequestFields) {
        days = fields.query("days", .integer(1...90), default: 30, doc: "UTC days, today included")
    }
}

/// Accepted shares by achieved difficulty.
struct DifficultyDistribution: ResponseObject {
    let buckets: [DistributionBucket]

    init(_ histogram: DifficultyHistogram) {
        buckets = DistributionBucket.Range.all.map { range in
            DistributionBucket(range: range, count: histogram.counts[range.decades].reduce(0, +))
        }
    }

    static let fields = JSONFields<DifficultyDistribution>()
        .field("buckets", \.buckets, "Always eight, ascending")
        .field("total_shares", { $0.buckets.reduce(0) { $0 + $1.count } })
}

/// The shares whose difficulty lies in a half-open range.
struct DistributionBucket: ResponseObject {
    /// A range as the wire names it.
    struct Range: Sendable {
        let name: String
        let label: String
        let minimum: Double
        /// Nil for the last one.
        let maximum: Double?
        /// Indices in a ``DifficultyHistogram``.
        let decades: ClosedRange<Int>

        /// The first one also takes all that is smaller.
        static let all = [
            Range(name: "1K-10K", label: "1K", minimum: 0, maximum: 1e4, decades: 0...3),
            Range(name: "10K-100K", label: "10K", minimum: 1e4, maximum: 1e5, decades: 4...4),
            Range(name: "100K-1M", label: "100K", minimum: 1e5, maximum: 1e6, decades: 5...5),
            Range(name: "1M-10M", label: "1M", minimum: 1e6, maximum: 1e7, decades: 6...6),
            Range(name: "10M-100M", label: "10M", minimum: 1e7, maximum: 1e8, decades: 7...7),
            Range(name: "100M-1B", label: "100M", minimum: 1e8, maximum: 1e9, decades: 8...8),
            Range(name: "1B-10B", label: "1B", minimum: 1e9, maximum: 1e10, decades: 9...9),
            Range(name: "10B+", label: "10B", minimum: 1e10, maximum: nil, decades: 10...15),
        ]
    }

    let range: Range
    let count: Int64

    static let fields = JSONFields<DistributionBucket>()
        .field("range", \.range.name)
        .field("label", \.range.label)
        .field("range_min", \.range.minimum)
        .field("range_max", \.range.maximum, "Exclusive; null for the last")
        .field("count", \.count)
}
