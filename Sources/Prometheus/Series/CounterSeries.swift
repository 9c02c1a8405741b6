import CoreMetrics
import Synchronization

/// The series of a counter. Whole and fractional increments are kept apart, so that the usual one is a single atomic addition.
final class CounterSeries: Series, CounterHandler, FloatingPointCounterHandler {
    let metric: String
    let labels: LabelSet
    private let prefix: [UInt8]
    private let whole = Atomic<Int64>(0)
    private let fractional = AtomicDouble()

    init(metric: String, labels: LabelSet) {
        self.metric = metric
        self.labels = labels
        self.prefix = TextExposition.samplePrefix(metric, labels: labels.text)
    }

    var value: Double { Double(whole.load(ordering: .relaxed)) + fractional.value }

    /// Counters only grow: amounts below 1 are ignored.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        whole.wrappingAdd(amount, ordering: .relaxed)
    }

    /// Counters only grow: amounts that are not positive and finite are ignored.
    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        fractional.add(amount)
    }

    func reset() {
        whole.store(0, ordering: .relaxed)
        fractional.set(0)
    }

    func write(to exposition: inout TextExposition) {
        exposition.sample(prefix, value)
    }
}
