import CoreMetrics
import Prometheus
import Testing

@Suite("Instruments")
struct InstrumentTests {
    @Test("with the same name and dimensions share one series")
    func sharedSeries() throws {
        let registry = PrometheusRegistry()
        let dimensions = [("b", "2"), ("a", "1")]
        Counter(label: "events_total", dimensions: dimensions, factory: registry).increment()
        Counter(label: "events_total", dimensions: dimensions.reversed(), factory: registry).increment(by: 2)
        #expect(registry.makeCounter(label: "x", dimensions: dimensions) === registry.makeCounter(label: "x", dimensions: dimensions))
        #expect(try Exposition(registry).value("events_total", ["a": "1", "b": "2"]) == 3)
    }

    @Test("count whole and fractional amounts together and never backwards")
    func counters() throws {
        let registry = PrometheusRegistry()
        registry.makeCounter(label: "work_total", dimensions: []).increment(by: 5)
        registry.makeCounter(label: "work_total", dimensions: []).increment(by: -9)
        let fractional = registry.makeFloatingPointCounter(label: "work_total", dimensions: [])
        for amount in [0.25, -1, .nan, .infinity] {
            fractional.increment(by: amount)
        }
        #expect(try Exposition(registry).value("work_total") == 5.25)
        fractional.reset()
        #expect(try Exposition(registry).value("work_total") == 0)
    }

    @Test("set, raise and lower gauges")
    func gauges() throws {
        let registry = PrometheusRegistry()
        let meter = Meter(label: "in_flight", factory: registry)
        meter.set(10)
        meter.increment(by: 2.5)
        meter.decrement()
        Gauge(label: "size", factory: registry).record(7)
        let exposition = try Exposition(registry)
        #expect(exposition.value("in_flight") == 11.5)
        #expect(exposition.value("size") == 7)
        #expect(exposition.types == ["in_flight": "gauge", "size": "gauge"])
    }

    @Test("place observations at and around every bound in the right bucket")
    func histograms() throws {
        let registry = PrometheusRegistry(descriptions: [.histogram("size", "Sizes.", buckets: [10, 1, 1, .infinity, 5])])
        let recorder = Recorder(label: "size", factory: registry)
        for value in [-1, 0.5, 1, 1.000_1, 5, 7, 10, 10.1, .nan, .infinity] as [Double] {
            recorder.record(value)
        }
        let exposition = try Exposition(registry)
        #expect(exposition.value("size_bucket", ["le": "1"]) == 3)
        #expect(exposition.value("size_bucket", ["le": "5"]) == 5)
        #expect(exposition.value("size_bucket", ["le": "10"]) == 7)
        #expect(exposition.value("size_bucket", ["le": "+Inf"]) == 8)
        #expect(exposition.value("size_count") == 8)
        #expect(abs((exposition.value("size_sum") ?? 0) - 33.600_1) < 1e-9)
    }

    @Test("count a negative duration as zero")
    func negativeDuration() throws {
        let registry = PrometheusRegistry()
        registry.makeTimer(label: "delivery_seconds", dimensions: []).recordNanoseconds(-5)
        let exposition = try Exposition(registry)
        #expect(exposition.value("delivery_seconds_sum") == 0)
        #expect(exposition.value("delivery_seconds_bucket", ["le": "0.0005"]) == 1)
    }

    @Test("follow the declared type: a timer declared as a gauge shows its last duration")
    func declaredType() throws {
        let registry = PrometheusRegistry(descriptions: [
            .gauge("task_duration_seconds", "Last run.", labels: ["task"]), .histogram("rows", "Rows.", buckets: [100]),
        ])
        let timer = Timer(label: "task_duration_seconds", dimensions: [("task", "draw")], factory: registry)
        timer.recordSeconds(3)
        timer.recordSeconds(2)
        Gauge(label: "rows", factory: registry).record(50)
        let exposition = try Exposition(registry)
        #expect(exposition.value("task_duration_seconds", ["task": "draw"]) == 2)
        #expect(exposition.value("rows_bucket", ["le": "100"]) == 1)
    }

    @Test("have exactly the declared labels")
    func declaredLabels() throws {
        let registry = PrometheusRegistry(descriptions: [.counter("events_total", "Events.", labels: ["method", "result"])])
        Counter(label: "events_total", dimensions: [("result", "ok"), ("user", "42")], factory: registry).increment()
        #expect(try Exposition(registry).value("events_total", ["method": "", "result": "ok"]) == 1)
    }

    @Test("of the wrong type still work, are not shown, and are counted")
    func wrongType() throws {
        let registry = PrometheusRegistry(descriptions: [.gauge("level", "Level."), .counter("seen_total", "Seen.")])
        Counter(label: "level", factory: registry).increment()
        Meter(label: "seen_total", factory: registry).set(4)
        Timer(label: "seen_total", factory: registry).recordSeconds(4)
        let exposition = try Exposition(registry)
        #expect(exposition.value("level") == nil)
        #expect(exposition.value("seen_total") == 0)
        #expect(exposition.value("metrics_series_dropped_total", ["metric": "level"]) == 1)
        #expect(exposition.value("metrics_series_dropped_total", ["metric": "seen_total"]) == 2)
    }

    @Test("disappear when destroyed, without touching their successors")
    func destruction() throws {
        let registry = PrometheusRegistry()
        let counter = registry.makeCounter(label: "a_total", dimensions: [])
        let meter = registry.makeMeter(label: "b", dimensions: [])
        let timer = registry.makeTimer(label: "c", dimensions: [])
        let recorder = registry.makeRecorder(label: "d", dimensions: [], aggregate: true)
        let fraction = registry.makeFloatingPointCounter(label: "e_total", dimensions: [])
        registry.destroyCounter(counter)
        registry.destroyMeter(meter)
        registry.destroyTimer(timer)
        registry.destroyRecorder(recorder)
        registry.destroyFloatingPointCounter(fraction)
        #expect(try Exposition(registry).samples.isEmpty)
        registry.makeCounter(label: "a_total", dimensions: []).increment(by: 2)
        registry.destroyCounter(counter)
        #expect(try Exposition(registry).value("a_total") == 2)
    }
}
