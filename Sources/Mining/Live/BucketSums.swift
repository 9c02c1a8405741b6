/// Amounts by bucket of time: few, so that a list is read faster than a table. A bucket may be listed more than once: its parts are summed.
struct BucketSums: Sendable, Equatable {
    private var entries: [(bucket: Int64, amount: Double)] = []

    /// Makes room for so many buckets.
    mutating func reserve(_ count: Int) { entries.reserveCapacity(count) }

    /// Adds to the bucket.
    mutating func add(_ amount: Double, to bucket: Int64) {
        // What is added comes in the order of time, more or less.
        if let index = entries.lastIndex(where: { $0.bucket == bucket }) {
            entries[index].amount += amount
        } else {
            entries.append((bucket, amount))
        }
    }

    /// Lists one more amount of a bucket, without a search for those before.
    mutating func append(_ amount: Double, of bucket: Int64) { entries.append((bucket, amount)) }

    /// The sum of the buckets of a span.
    func sum(of buckets: Range<Int64>) -> Double {
        entries.reduce(0.0) { buckets.contains($1.bucket) ? $0 + $1.amount : $0 }
    }

    /// Each bucket once, earliest first.
    var sorted: [(bucket: Int64, amount: Double)] {
        entries.sorted { $0.bucket < $1.bucket }.reduce(into: []) { sums, entry in
            if let last = sums.last, last.bucket == entry.bucket {
                sums[sums.count - 1].amount += entry.amount
            } else {
                sums.append(entry)
            }
        }
    }

    static func == (one: BucketSums, other: BucketSums) -> Bool { one.sorted.elementsEqual(other.sorted, by: ==) }
}
