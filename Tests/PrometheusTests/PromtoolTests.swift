import CoreMetrics
import Prometheus
import Testing

/// Prometheus' own checker (Debian package `prometheus`) is the judge of the format and of naming practice.
@Suite("promtool")
struct PromtoolTests {
    @Test("accepts an exposition with every type, awkward label values, overflow and the process metrics")
    func accepts() throws {
        let registry = PrometheusRegistry(
            descriptions: [
                .counter("http_requests_total", "Requests.", labels: ["method", "handler", "status"], seriesLimit: 5),
                .histogram(
                    "http_request_duration_seconds",
                    "Latency.",
                    labels: ["method", "handler"],
                    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10]
                ),
                .gauge("tbg_mining_pool_hashrate_ths", "Pool hashrate in TH/s."),
                .gauge("tbg_build_info", "Version, with \\ and\na line feed.", labels: ["version", "commit", "environment"]),
                .gauge("tbg_task_last_success_timestamp", "Last success in Unix seconds.", labels: ["task"]),
                .counter("tbg_mining_blocks_found_total", "Blocks found."),
            ] + ProcessCollector.descriptions
        )
        registry.register(ProcessCollector())
        registry.register(samples: {
            [MetricSample("tbg_build_info", labels: [("version", "1.0"), ("commit", "\"\\\n{}"), ("environment", "test")], 1)]
        })
        for status in 200..<210 {
            let dimensions = [("method", "GET"), ("handler", "/users/{id}"), ("status", "\(status)")]
            Counter(label: "http_requests_total", dimensions: dimensions, factory: registry).increment()
            Timer(label: "http_request_duration_seconds", dimensions: dimensions, factory: registry).recordMilliseconds(status)
        }
        Gauge(label: "tbg_mining_pool_hashrate_ths", factory: registry).record(12.5)
        let verdict = try Promtool.check(registry.render())
        #expect(verdict.status == 0, "\(verdict.output)")
        #expect(verdict.output.isEmpty)
    }

    @Test("would notice a broken exposition")
    func notices() throws {
        #expect(try Promtool.check(Array("# TYPE a counter\na{b=\"1\"} x\n".utf8)).status != 0)
    }
}
