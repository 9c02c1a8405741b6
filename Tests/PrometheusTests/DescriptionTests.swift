import CoreMetrics
import Testing

@testable import Prometheus

@Suite("Descriptions")
struct DescriptionTests {
    @Test("buckets are sorted, unique and finite")
    func bucketsNormalised() {
        let buckets: HistogramBuckets = [5, 1, .infinity, 5, .nan, -1]
        #expect(buckets.upperBounds == [-1, 1, 5])
        #expect(HistogramBuckets([]).upperBounds.isEmpty)
    }

    @Test("a value belongs to the first bucket whose bound is not below it")
    func bucketIndex() {
        let buckets: HistogramBuckets = [1, 2, 4]
        let expected: [(Double, Int)] = [(-9, 0), (0, 0), (1, 0), (1.5, 1), (2, 1), (2.000_1, 2), (4, 2), (5, 3), (.infinity, 3)]
        for (value, index) in expected {
            #expect(buckets.index(of: value) == index, "\(value)")
        }
        #expect(HistogramBuckets([]).index(of: 7) == 0)
    }

    @Test("a histogram without finite buckets still counts")
    func noBuckets() throws {
        let registry = PrometheusRegistry(descriptions: [.histogram("size", "Sizes.", buckets: [])])
        registry.makeRecorder(label: "size", dimensions: [], aggregate: true).record(Int64(3))
        let exposition = try Exposition(registry)
        #expect(exposition.value("size_bucket", ["le": "+Inf"]) == 1)
        #expect(exposition.value("size_sum") == 3)
    }

    @Test(
        "metric names keep what Prometheus accepts and bend the rest",
        arguments: [
            ("http_requests_total", "http_requests_total"), ("job:rate5m", "job:rate5m"), ("a.b-c d", "a_b_c_d"), ("1st", "_1st"),
            ("", "_"), ("é", "__"), ("_x", "_x"), ("@", "_"), ("[", "_"), ("`", "_"), ("{", "_"), ("Zz9", "Zz9"),
        ]
    )
    func metricNames(name: String, accepted: String) {
        #expect(MetricName.metric(name) == accepted)
    }

    @Test(
        "label names also lose colons and keep clear of reserved words",
        arguments: [("status", "status"), ("a:b", "a_b"), ("le", "exported_le"), ("__name__", "exported___name__"), ("0", "_0")]
    )
    func labelNames(name: String, accepted: String) {
        #expect(MetricName.label(name) == accepted)
    }

    @Test("labels nobody declared are ordered by name, and of a repeated name the last wins")
    func undeclaredLabels() {
        let labels = LabelSet(undeclared: [("b", "1"), ("a", "2"), ("b", "3")])
        #expect(labels.names == ["a", "b"])
        #expect(labels.values == ["2", "3"])
        #expect(String(decoding: labels.text, as: UTF8.self) == #"a="2",b="3""#)
        #expect(labels.overflow == LabelSet(names: ["a", "b"], values: ["overflow", "overflow"]))
    }

    @Test("declared labels keep the declared order and match bent names")
    func declaredLabels() {
        let labels = LabelSet(declared: ["http_method", "status"], dimensions: [("status", "200"), ("http.method", "GET"), ("x", "y")])
        #expect(labels.values == ["GET", "200"])
    }

    @Test("of two descriptions with one name the last counts")
    func lastDescription() throws {
        let registry = PrometheusRegistry(descriptions: [.gauge("a_total", "Old."), .counter("a_total", "New.")])
        #expect(try Exposition(registry).types == ["a_total": "counter"])
    }

    @Test("a full description says the same as its short forms")
    func shortForms() {
        let long = MetricDescription(name: "a", type: .histogram, help: "A.", labels: ["l"], buckets: [1], seriesLimit: 7)
        let short = MetricDescription.histogram("a", "A.", labels: ["l"], buckets: [1], seriesLimit: 7)
        #expect(long.name == short.name && long.type == short.type && long.help == short.help && long.labels == short.labels)
        #expect(long.buckets == short.buckets && long.seriesLimit == short.seriesLimit)
        #expect(MetricDescription.gauge("g", "G.").type == .gauge)
        #expect(MetricDescription.counter("c", "C.").type == .counter)
    }
}
