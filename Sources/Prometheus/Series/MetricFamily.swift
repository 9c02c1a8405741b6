import Synchronization

/// All series of one metric, bounded in number.
final class MetricFamily: Sendable {
    let name: String
    let type: MetricType
    let help: String?
    /// `nil` when nobody declared the metric: then the labels are whatever the caller passes.
    private let declaredLabels: [String]?
    private let buckets: HistogramBuckets
    let seriesLimit: Int
    private let stored = Mutex<[LabelSet: any Series]>([:])

    init(_ description: MetricDescription, isDeclared: Bool, defaultBuckets: HistogramBuckets, defaultSeriesLimit: Int) {
        self.name = description.name
        self.type = description.type
        self.help = isDeclared ? description.help : nil
        self.declaredLabels = isDeclared ? description.labels : nil
        self.buckets = description.buckets ?? defaultBuckets
        self.seriesLimit = max(1, description.seriesLimit ?? defaultSeriesLimit)
        // A declared total is 0 until something happens, not absent: rates and alerts need the first increment to be visible.
        if isDeclared, description.labels.isEmpty, description.type != .gauge {
            _ = series(for: LabelSet(names: [], values: []))
        }
    }

    /// The series as they are now, ordered by label values.
    var series: [any Series] {
        stored.withLock { Array($0.values) }.sorted { $0.labels.values.lexicographicallyPrecedes($1.labels.values) }
    }

    func labels(_ dimensions: [(String, String)]) -> LabelSet {
        declaredLabels.map { LabelSet(declared: $0, dimensions: dimensions) } ?? LabelSet(undeclared: dimensions)
    }

    /// The series with these labels, made on first use; beyond the limit, the overflow series.
    func series(for labels: LabelSet) -> (series: any Series, overflowed: Bool) {
        stored.withLock { stored in
            if let series = stored[labels] { return (series, false) }
            let overflowLabels = labels.overflow
            if stored.count - (stored[overflowLabels] == nil ? 0 : 1) < seriesLimit {
                let series = makeSeries(labels)
                stored[labels] = series
                return (series, false)
            }
            if let series = stored[overflowLabels] { return (series, true) }
            let series = makeSeries(overflowLabels)
            stored[overflowLabels] = series
            return (series, true)
        }
    }

    /// Forgets `series`, unless another one has taken its labels since.
    func remove(_ series: any Series) {
        stored.withLock { stored in
            if stored[series.labels] === series { stored[series.labels] = nil }
        }
    }

    private func makeSeries(_ labels: LabelSet) -> any Series {
        switch type {
        case .counter: CounterSeries(metric: name, labels: labels)
        case .gauge: GaugeSeries(metric: name, labels: labels)
        case .histogram: HistogramSeries(metric: name, labels: labels, buckets: buckets)
        }
    }
}
