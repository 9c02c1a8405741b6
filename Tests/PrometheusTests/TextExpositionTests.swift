import CoreMetrics
import Prometheus
import Testing

@Suite("Text exposition")
struct TextExpositionTests {
    @Test("is written exactly as format 0.0.4 asks")
    func exactText() {
        let registry = PrometheusRegistry(descriptions: [
            .counter("http_requests_total", "Requests.", labels: ["method", "handler", "status"]),
            .histogram("http_request_duration_seconds", "Latency.", labels: ["method"], buckets: [0.005, 0.1, 1]),
            .gauge("tbg_leader", "Whether this node is the leader.\nOne line."),
        ])
        Counter(label: "http_requests_total", dimensions: [("status", "200"), ("handler", "/a"), ("method", "GET")], factory: registry)
            .increment(by: 3)
        let timer = Timer(label: "http_request_duration_seconds", dimensions: [("method", "GET")], factory: registry)
        timer.recordNanoseconds(5_000_000)
        timer.recordMilliseconds(50)
        timer.recordSeconds(2)
        Gauge(label: "tbg_leader", factory: registry).record(1)
        #expect(
            String(decoding: registry.render(), as: UTF8.self) == #"""
                # HELP http_request_duration_seconds Latency.
                # TYPE http_request_duration_seconds histogram
                http_request_duration_seconds_bucket{method="GET",le="0.005"} 1
                http_request_duration_seconds_bucket{method="GET",le="0.1"} 2
                http_request_duration_seconds_bucket{method="GET",le="1"} 2
                http_request_duration_seconds_bucket{method="GET",le="+Inf"} 3
                http_request_duration_seconds_sum{method="GET"} 2.055
                http_request_duration_seconds_count{method="GET"} 3
                # HELP http_requests_total Requests.
                # TYPE http_requests_total counter
                http_requests_total{method="GET",handler="/a",status="200"} 3
                # HELP tbg_leader Whether this node is the leader.\nOne line.
                # TYPE tbg_leader gauge
                tbg_leader 1

                """#
        )
        #expect(PrometheusRegistry.contentType == "text/plain; version=0.0.4; charset=utf-8")
    }

    @Test("shows declared totals without labels from the start, labelled ones and gauges once they exist")
    func initialValues() throws {
        let registry = PrometheusRegistry(descriptions: [
            .counter("blocks_total", "Blocks."), .counter("by_kind_total", "Kinds.", labels: ["kind"]), .gauge("backup_bytes", "Size."),
            .histogram("age_seconds", "Age.", buckets: [1]),
        ])
        let exposition = try Exposition(registry)
        #expect(exposition.value("blocks_total") == 0)
        #expect(exposition.value("age_seconds_count") == 0)
        #expect(exposition.types.keys.sorted() == ["age_seconds", "blocks_total"])
    }

    @Test("writes numbers that read back as the same double")
    func numbers() throws {
        let registry = PrometheusRegistry()
        let values: [Double] = [
            0, -0.5, 1, 1e15, 1e16, 1.7e308, .leastNonzeroMagnitude, 0.1, .infinity, -.infinity, 9_007_199_254_740_991,
            9_007_199_254_740_992, -3,
        ]
        for (index, value) in values.enumerated() {
            Meter(label: "number", dimensions: [("index", "\(index)")], factory: registry).set(value)
        }
        Meter(label: "odd", factory: registry).set(Double.nan)
        let exposition = try Exposition(registry)
        for (index, value) in values.enumerated() {
            #expect(exposition.value("number", ["index": "\(index)"]) == value)
        }
        #expect(exposition.value("odd")?.isNaN == true)
    }

    @Test("escapes any label value so that it reads back unchanged")
    func fuzzLabelValues() throws {
        var generator = SystemRandomNumberGenerator()
        let alphabet: [Unicode.Scalar] = ["\\", "\"", "\n", "{", "}", ",", "=", " ", "#", "n", "é", "\u{0}", "\r", "😀", "\u{2028}", "a"]
        var configuration = PrometheusRegistry.Configuration()
        configuration.seriesLimit = 5_000
        let registry = PrometheusRegistry(configuration: configuration)
        var expected: [String: Double] = [:]
        for _ in 0..<2_000 {
            var value = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...8, using: &generator) {
                value.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
            }
            expected[String(value), default: 0] += 1
            Counter(label: "fuzz_total", dimensions: [("value", String(value))], factory: registry).increment()
        }
        let exposition = try Exposition(registry)
        #expect(exposition.samples.count == expected.count)
        for (value, count) in expected {
            #expect(exposition.value("fuzz_total", ["value": value]) == count, "\(value.debugDescription)")
        }
    }

    @Test("bends names Prometheus does not accept")
    func names() throws {
        let registry = PrometheusRegistry()
        Counter(label: "hb.requests-total", dimensions: [("http.method", "GET"), ("le", "x"), ("__a", "y"), ("9", "z")], factory: registry)
            .increment()
        Counter(label: "9lives", factory: registry).increment()
        let exposition = try Exposition(registry)
        let labels = ["http_method": "GET", "exported_le": "x", "exported___a": "y", "_9": "z"]
        #expect(exposition.value("hb_requests_total", labels) == 1)
        #expect(exposition.value("_9lives") == 1)
    }
}
