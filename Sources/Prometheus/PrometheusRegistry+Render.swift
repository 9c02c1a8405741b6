extension PrometheusRegistry {
    /// The `Content-Type` of ``render()``.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All metrics in the text exposition format 0.0.4, ordered by name; evaluates the registered collectors.
    public func render() -> [UInt8] {
        var exposition = TextExposition()
        let (families, samples) = snapshot()
        for family in families {
            let stored = family.series
            let collected = collect(samples[family.name] ?? [], family, besides: stored)
            guard !stored.isEmpty || !collected.isEmpty else { continue }
            exposition.header(name: family.name, type: family.type, help: family.help)
            for series in stored {
                series.write(to: &exposition)
            }
            for (labels, value) in collected {
                exposition.sample(TextExposition.samplePrefix(family.name, labels: labels.text), value)
            }
        }
        return exposition.bytes
    }

    /// The samples of one metric that can be shown: not a histogram's, no labels twice, no more than the limit.
    private func collect(_ samples: [MetricSample], _ family: MetricFamily, besides stored: [any Series]) -> [(LabelSet, Double)] {
        guard family.type != .histogram else {
            if !samples.isEmpty { countDropped(family.name, by: samples.count) }
            return []
        }
        var seen = Set(stored.map(\.labels))
        var shown: [(LabelSet, Double)] = []
        for sample in samples {
            let labels = family.labels(sample.labels)
            guard !seen.contains(labels) else { continue }
            guard shown.count < family.seriesLimit else {
                countDropped(family.name)
                continue
            }
            seen.insert(labels)
            shown.append((labels, sample.value))
        }
        return shown
    }
}
