/// A value read at scrape time.
public struct MetricSample: Sendable {
    /// The metric's name.
    public let name: String
    /// Label names and values.
    public let labels: [(String, String)]
    /// The value now.
    public let value: Double

    /// A sample of the metric `name`.
    public init(_ name: String, labels: [(String, String)] = [], _ value: Double) {
        self.name = name
        self.labels = labels
        self.value = value
    }
}

/// A source of counters and gauges whose values are kept elsewhere and read at every scrape.
///
/// Called on the scraping thread: it must be quick and must not block. Metrics nobody declared are shown as gauges; histograms cannot be
/// collected this way.
public protocol MetricCollector: Sendable {
    /// The values now.
    func samples() -> [MetricSample]
}

/// A collector that is a closure.
struct ClosureCollector: MetricCollector {
    let body: @Sendable () -> [MetricSample]

    func samples() -> [MetricSample] { body() }
}
