/// The declaration of one metric: what it is called, what it means and which series it may have.
///
/// A declared metric always has exactly the declared labels, whatever dimensions the instrumented code passes: missing ones are empty,
/// surplus ones are dropped.
public struct MetricDescription: Sendable {
    /// The full metric name, with unit and `_total` suffix as Prometheus expects.
    public let name: String
    /// Counter, gauge or histogram.
    public let type: MetricType
    /// One sentence for the `HELP` line.
    public let help: String
    /// The label names, in the order they are written.
    public let labels: [String]
    /// The bucket bounds of a histogram; `nil` for the registry's default. Ignored for other types.
    public let buckets: HistogramBuckets?
    /// The greatest number of series besides the overflow series; `nil` for the registry's default.
    public let seriesLimit: Int?

    /// Declares a metric; see ``counter(_:_:labels:seriesLimit:)``, ``gauge(_:_:labels:seriesLimit:)`` and
    /// ``histogram(_:_:labels:buckets:seriesLimit:)`` for shorter forms.
    public init(
        name: String,
        type: MetricType,
        help: String,
        labels: [String] = [],
        buckets: HistogramBuckets? = nil,
        seriesLimit: Int? = nil
    ) {
        self.name = name
        self.type = type
        self.help = help
        self.labels = labels
        self.buckets = buckets
        self.seriesLimit = seriesLimit
    }

    /// Declares a counter.
    public static func counter(_ name: String, _ help: String, labels: [String] = [], seriesLimit: Int? = nil) -> Self {
        Self(name: name, type: .counter, help: help, labels: labels, seriesLimit: seriesLimit)
    }

    /// Declares a gauge.
    public static func gauge(_ name: String, _ help: String, labels: [String] = [], seriesLimit: Int? = nil) -> Self {
        Self(name: name, type: .gauge, help: help, labels: labels, seriesLimit: seriesLimit)
    }

    /// Declares a histogram.
    public static func histogram(
        _ name: String,
        _ help: String,
        labels: [String] = [],
        buckets: HistogramBuckets? = nil,
        seriesLimit: Int? = nil
    ) -> Self {
        Self(name: name, type: .histogram, help: help, labels: labels, buckets: buckets, seriesLimit: seriesLimit)
    }
}
