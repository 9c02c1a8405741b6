/// The metric types of the Prometheus text format that this backend exposes.
public enum MetricType: String, Sendable {
    /// A total that only grows.
    case counter
    /// A value that goes up and down.
    case gauge
    /// Observations counted in cumulative buckets, with their sum.
    case histogram
}
