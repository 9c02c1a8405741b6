import CoreMetrics
import Synchronization

/// The series of a histogram: one atomic count a bucket, and the sum of all observations.
final class HistogramSeries: Series, RecorderHandler, TimerHandler {
    let metric: String
    let labels: LabelSet
    private let buckets: HistogramBuckets
    /// One per bound, then the infinite bucket.
    private let counts: [Count]
    private let sum = AtomicDouble()
    private let bucketPrefixes: [[UInt8]]
    private let sumPrefix: [UInt8]
    private let countPrefix: [UInt8]

    init(metric: String, labels: LabelSet, buckets: HistogramBuckets) {
        self.metric = metric
        self.labels = labels
        self.buckets = buckets
        self.counts = (0...buckets.upperBounds.count).map { _ in Count() }
        let text = labels.text
        self.bucketPrefixes = (buckets.upperBounds + [.infinity]).map { bound in
            TextExposition.samplePrefix(
                metric + "_bucket",
                labels: text + (text.isEmpty ? [] : [UInt8(ascii: ",")]) + Array("le=\"\(TextExposition.number(bound))\"".utf8)
            )
        }
        self.sumPrefix = TextExposition.samplePrefix(metric + "_sum", labels: text)
        self.countPrefix = TextExposition.samplePrefix(metric + "_count", labels: text)
    }

    /// Counts an observation; NaN and infinities, which would spoil the sum for ever, are ignored.
    func record(_ value: Double) {
        guard value.isFinite else { return }
        counts[buckets.index(of: value)].value.wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    func record(_ value: Int64) { record(Double(value)) }

    /// Timers are histograms in seconds; a negative duration, seen when clocks are stepped, counts as 0.
    func recordNanoseconds(_ duration: Int64) { record(Double(max(0, duration)) / 1e9) }

    func write(to exposition: inout TextExposition) {
        // The total is derived from the buckets, so `_count` equals the infinite bucket even while others record.
        var total: UInt64 = 0
        for (prefix, count) in zip(bucketPrefixes, counts) {
            total += count.value.load(ordering: .relaxed)
            exposition.sample(prefix, total)
        }
        exposition.sample(sumPrefix, sum.value)
        exposition.sample(countPrefix, total)
    }

    private final class Count: Sendable {
        let value = Atomic<UInt64>(0)
    }
}
