import CoreMetrics
import Prometheus
import Testing

@Suite("Series limit")
struct SeriesLimitTests {
    @Test("folds labels beyond the limit into one overflow series and counts them")
    func overflow() throws {
        var configuration = PrometheusRegistry.Configuration()
        configuration.droppedSeriesMetric = "tbg_metrics_series_dropped_total"
        let registry = PrometheusRegistry(
            descriptions: [.counter("hits_total", "Hits.", labels: ["tier", "zone"], seriesLimit: 3)],
            configuration: configuration
        )
        for tier in 0..<10 {
            Counter(label: "hits_total", dimensions: [("tier", "\(tier)"), ("zone", "z")], factory: registry).increment()
        }
        // A series within the limit keeps counting for itself.
        Counter(label: "hits_total", dimensions: [("tier", "2"), ("zone", "z")], factory: registry).increment()
        let exposition = try Exposition(registry)
        #expect(exposition.samples.count { $0.name == "hits_total" } == 4)
        #expect(exposition.value("hits_total", ["tier": "2", "zone": "z"]) == 2)
        #expect(exposition.value("hits_total", ["tier": "overflow", "zone": "overflow"]) == 7)
        #expect(exposition.value("tbg_metrics_series_dropped_total", ["metric": "hits_total"]) == 7)
    }

    @Test("is 200 unless said otherwise, also for metrics nobody declared")
    func defaultLimit() throws {
        let registry = PrometheusRegistry()
        for index in 0..<250 {
            registry.makeTimer(label: "query_seconds", dimensions: [("statement", "s\(index)")]).recordNanoseconds(1)
        }
        let exposition = try Exposition(registry)
        #expect(exposition.samples.count { $0.name == "query_seconds_count" } == 201)
        #expect(exposition.value("query_seconds_count", ["statement": "overflow"]) == 50)
    }

    @Test("leaves room again when a series is destroyed")
    func roomAfterDestruction() throws {
        let registry = PrometheusRegistry(descriptions: [.gauge("rooms", "Rooms.", labels: ["name"], seriesLimit: 1)])
        let first = registry.makeMeter(label: "rooms", dimensions: [("name", "a")])
        registry.makeMeter(label: "rooms", dimensions: [("name", "b")]).set(1.0)
        registry.destroyMeter(first)
        registry.makeMeter(label: "rooms", dimensions: [("name", "c")]).set(2.0)
        let exposition = try Exposition(registry)
        #expect(exposition.value("rooms", ["name": "c"]) == 2)
        #expect(exposition.value("rooms", ["name": "a"]) == nil)
        #expect(exposition.value("rooms", ["name": "overflow"]) == 1)
    }

    @Test("binds collected samples too")
    func collected() throws {
        let registry = PrometheusRegistry(descriptions: [.gauge("lag", "Lag.", labels: ["stream"], seriesLimit: 2)])
        registry.register { (0..<5).map { MetricSample("lag", labels: [("stream", "\($0)")], Double($0)) } }
        #expect(try Exposition(registry).samples.count { $0.name == "lag" } == 2)
        #expect(try Exposition(registry).value("metrics_series_dropped_total", ["metric": "lag"]) == 3 + 3)
    }
}
