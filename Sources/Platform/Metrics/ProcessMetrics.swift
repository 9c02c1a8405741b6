import Prometheus

/// What is read at every scrape instead of being reported (spec 11 §8).
enum ProcessMetrics {
    static func register(with registry: PrometheusRegistry, settings: Settings, logs: LogQueue) {
        registry.register(ProcessCollector())
        let labels = [
            ("version", BuildInfo.version), ("commit", BuildInfo.commit), ("environment", settings.environment.rawValue),
        ]
        registry.register(samples: {
            [
                MetricSample("tbg_build_info", labels: labels, 1),
                MetricSample("tbg_log_lines_dropped_total", Double(logs.dropped)),
            ]
        })
    }
}
