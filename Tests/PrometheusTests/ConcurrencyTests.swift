import CoreMetrics
import Prometheus
import Testing

@Suite("Concurrency")
struct ConcurrencyTests {
    @Test("loses no increment and no observation among many tasks")
    func exactTotals() async throws {
        let registry = PrometheusRegistry(descriptions: [.histogram("step", "Steps.", buckets: [0.5, 2, 4])])
        let (tasks, rounds) = (8, 5_000)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    for round in 0..<rounds {
                        let dimensions = [("parity", "\(round % 2)")]
                        registry.makeCounter(label: "whole_total", dimensions: dimensions).increment(by: 1)
                        registry.makeFloatingPointCounter(label: "half_total", dimensions: []).increment(by: 0.5)
                        registry.makeRecorder(label: "step", dimensions: [], aggregate: true).record(Double(task % 4))
                        registry.makeMeter(label: "balance", dimensions: []).increment(by: round % 2 == 0 ? 1 : -1)
                    }
                }
            }
        }
        let exposition = try Exposition(registry)
        #expect(exposition.value("whole_total", ["parity": "0"]) == Double(tasks * rounds / 2))
        #expect(exposition.value("half_total") == Double(tasks * rounds) / 2)
        #expect(exposition.value("step_count") == Double(tasks * rounds))
        #expect(exposition.value("step_sum") == Double(rounds * (0 + 1 + 2 + 3) * 2))
        #expect(exposition.value("step_bucket", ["le": "0.5"]) == Double(2 * rounds))
        #expect(exposition.value("balance") == 0)
    }

    @Test("every scrape under load is well formed: buckets grow and the last equals the count")
    func consistentScrapes() async throws {
        let registry = PrometheusRegistry(descriptions: [.histogram("wait_seconds", "Wait.", labels: ["kind"], buckets: [1, 2])])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask {
                    for round in 0..<4_000 {
                        registry.makeTimer(label: "wait_seconds", dimensions: [("kind", "\(task)")])
                            .recordNanoseconds(Int64(round % 3) * 1_000_000_000 + 500_000_000)
                    }
                }
            }
            group.addTask {
                for _ in 0..<50 {
                    let exposition = try Exposition(registry)
                    for kind in 0..<4 {
                        guard let count = exposition.value("wait_seconds_count", ["kind": "\(kind)"]) else { continue }
                        let buckets = ["1", "2", "+Inf"].compactMap {
                            exposition.value("wait_seconds_bucket", ["kind": "\(kind)", "le": $0])
                        }
                        #expect(buckets.count == 3)
                        #expect(buckets == buckets.sorted())
                        #expect(buckets.last == count)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try Exposition(registry).value("wait_seconds_count", ["kind": "0"]) == 4_000)
    }
}
