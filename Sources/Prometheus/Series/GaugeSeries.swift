import CoreMetrics

/// The series of a gauge: the last value set. A timer on a gauge shows its last duration in seconds.
final class GaugeSeries: Series, MeterHandler, RecorderHandler, TimerHandler {
    let metric: String
    let labels: LabelSet
    private let prefix: [UInt8]
    private let current = AtomicDouble()

    init(metric: String, labels: LabelSet) {
        self.metric = metric
        self.labels = labels
        self.prefix = TextExposition.samplePrefix(metric, labels: labels.text)
    }

    var value: Double { current.value }

    func set(_ value: Int64) { current.set(Double(value)) }

    func set(_ value: Double) { current.set(value) }

    func increment(by amount: Double) { current.add(amount) }

    func decrement(by amount: Double) { current.add(-amount) }

    func record(_ value: Int64) { current.set(Double(value)) }

    func record(_ value: Double) { current.set(value) }

    func recordNanoseconds(_ duration: Int64) { current.set(Double(max(0, duration)) / 1e9) }

    func write(to exposition: inout TextExposition) {
        exposition.sample(prefix, value)
    }
}
