import Synchronization

/// The metrics of a process: a swift-metrics backend that renders the Prometheus text format.
///
/// Install it with `MetricsSystem.bootstrap(registry)` or pass it as the `factory` of single instruments. Counters map to counters, meters
/// and gauges to gauges, timers (in seconds) and aggregating recorders to histograms; a ``MetricDescription`` decides where it differs.
/// Instruments with the same name and dimensions share one series, so making them anew for every event is correct, and keeping them is
/// merely faster.
///
/// Every metric has a bounded number of series. Labels beyond the bound fold into one series whose labels are all `overflow`, and each
/// such request is counted per metric by the counter named in ``Configuration/droppedSeriesMetric``.
public final class PrometheusRegistry: Sendable {
    /// The limits and names of a registry.
    public struct Configuration: Sendable {
        /// The greatest number of series of a metric whose description does not say.
        public var seriesLimit = 200
        /// The buckets of histograms whose description does not say.
        public var buckets = HistogramBuckets.seconds
        /// The counter of requests for series beyond a limit or of the wrong type, labelled `metric`.
        public var droppedSeriesMetric = "metrics_series_dropped_total"

        /// The defaults.
        public init() {}
    }

    private struct State {
        var families: [String: MetricFamily] = [:]
        var collectors: [any MetricCollector] = []
    }

    private let configuration: Configuration
    private let dropped: MetricFamily
    private let state: Mutex<State>

    /// A registry for the metrics declared in `descriptions`; others are accepted too, without help text.
    ///
    /// Of two descriptions with the same name the last counts.
    public init(descriptions: [MetricDescription] = [], configuration: Configuration = Configuration()) {
        self.configuration = configuration
        func family(_ description: MetricDescription) -> MetricFamily {
            MetricFamily(
                description,
                isDeclared: true,
                defaultBuckets: configuration.buckets,
                defaultSeriesLimit: configuration.seriesLimit
            )
        }
        // Its label values are metric names, which the program text bounds.
        dropped = family(
            .counter(
                configuration.droppedSeriesMetric,
                "Requests for series beyond a metric's limit or of another type than declared.",
                labels: ["metric"],
                seriesLimit: .max
            )
        )
        var state = State()
        for description in descriptions {
            state.families[description.name] = family(description)
        }
        state.families[dropped.name] = dropped
        self.state = Mutex(state)
    }

    /// Adds a source that is read at every scrape.
    public func register(_ collector: any MetricCollector) {
        state.withLock { $0.collectors.append(collector) }
    }

    /// Adds an unlabelled gauge, or a declared counter, that is evaluated at every scrape; it must be quick and must not block.
    public func register(gauge name: String, _ value: @escaping @Sendable () -> Double) {
        register(ClosureCollector { [MetricSample(name, value())] })
    }

    /// Adds a source of samples that is evaluated at every scrape; it must be quick and must not block.
    public func register(samples: @escaping @Sendable () -> [MetricSample]) {
        register(ClosureCollector(body: samples))
    }
}

extension PrometheusRegistry {
    /// The series for an instrument, or `nil` when the metric has another type than `type`.
    func series<S: Series>(_ label: String, _ dimensions: [(String, String)], type: MetricType) -> S? {
        let family = family(MetricName.metric(label), type: type)
        guard family.type == type else {
            countDropped(family.name)
            return nil
        }
        let (series, overflowed) = family.series(for: family.labels(dimensions))
        if overflowed { countDropped(family.name) }
        return series as? S
    }

    /// The declared type of a metric, or that of its first use.
    func type(of label: String) -> MetricType? {
        let name = MetricName.metric(label)
        return state.withLock { $0.families[name]?.type }
    }

    /// Removes a series whose instrument was destroyed.
    func destroy(_ handler: AnyObject) {
        guard let series = handler as? any Series else { return }
        state.withLock { $0.families[series.metric] }?.remove(series)
    }

    /// Collected samples and stored families together, as a scrape shows them.
    func snapshot() -> (families: [MetricFamily], samples: [String: [MetricSample]]) {
        let collectors = state.withLock { $0.collectors }
        // Outside the lock: a collector may use instruments of this registry.
        let samples = Dictionary(grouping: collectors.flatMap { $0.samples() }) { MetricName.metric($0.name) }
        for name in samples.keys {
            _ = family(name, type: .gauge)
        }
        let families = state.withLock { Array($0.families.values) }.sorted { $0.name < $1.name }
        return (families, samples)
    }

    func countDropped(_ metric: String, by amount: Int = 1) {
        let labels = LabelSet(names: ["metric"], values: [metric])
        (dropped.series(for: labels).series as? CounterSeries)?.increment(by: Int64(amount))
    }

    private func family(_ name: String, type: MetricType) -> MetricFamily {
        state.withLock { state in
            if let family = state.families[name] { return family }
            let family = MetricFamily(
                MetricDescription(name: name, type: type, help: ""),
                isDeclared: false,
                defaultBuckets: configuration.buckets,
                defaultSeriesLimit: configuration.seriesLimit
            )
            state.families[name] = family
            return family
        }
    }
}
