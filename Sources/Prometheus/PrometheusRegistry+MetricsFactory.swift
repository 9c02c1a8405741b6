public import CoreMetrics

/// The instruments of swift-metrics. An instrument of another type than its metric works, but is not shown; the registry counts it.
extension PrometheusRegistry: MetricsFactory {
    /// A counter.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    /// A counter that grows by fractions.
    public func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// A histogram when `aggregate`, otherwise a gauge; a declaration decides first.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        switch type(of: label) ?? (aggregate ? .histogram : .gauge) {
        case .gauge: gauge(label, dimensions)
        case .histogram, .counter: histogram(label, dimensions)
        }
    }

    /// A histogram in seconds; declared as a gauge, the last duration in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        switch type(of: label) ?? .histogram {
        case .gauge: gauge(label, dimensions)
        case .histogram, .counter: histogram(label, dimensions)
        }
    }

    /// Removes the counter's series.
    public func destroyCounter(_ handler: any CounterHandler) { destroy(handler) }

    /// Removes the counter's series.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { destroy(handler) }

    /// Removes the meter's series.
    public func destroyMeter(_ handler: any MeterHandler) { destroy(handler) }

    /// Removes the recorder's series.
    public func destroyRecorder(_ handler: any RecorderHandler) { destroy(handler) }

    /// Removes the timer's series.
    public func destroyTimer(_ handler: any TimerHandler) { destroy(handler) }

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterSeries {
        series(label, dimensions, type: .counter) ?? CounterSeries(metric: label, labels: LabelSet(undeclared: dimensions))
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries {
        series(label, dimensions, type: .gauge) ?? GaugeSeries(metric: label, labels: LabelSet(undeclared: dimensions))
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)]) -> HistogramSeries {
        series(label, dimensions, type: .histogram)
            ?? HistogramSeries(metric: label, labels: LabelSet(undeclared: dimensions), buckets: [])
    }
}
