import CoreMetrics
@testable import Prometheus
import Synchronization
import Testing

@Suite("Collectors")
struct CollectorTests {
    @Test("are evaluated at every scrape")
    func evaluatedAtScrape() throws {
        let registry = PrometheusRegistry(descriptions: [.gauge("pool_size", "Pool."), .counter("cpu_total", "CPU.")])
        let calls = Scrapes()
        registry.register(gauge: "pool_size") { Double(calls.next()) }
        registry.register(samples: { [MetricSample("build_info", labels: [("version", "1.0")], 1)] })
        #expect(try Exposition(registry).value("pool_size") == 1)
        let second = try Exposition(registry)
        #expect(second.value("pool_size") == 2)
        #expect(second.value("build_info", ["version": "1.0"]) == 1)
        #expect(second.types["build_info"] == "gauge")
    }

    @Test("give way to an instrument with the same labels and never repeat a series")
    func noDuplicates() throws {
        let registry = PrometheusRegistry()
        registry.makeMeter(label: "size", dimensions: []).set(5.0)
        registry.register(samples: { [MetricSample("size", 1), MetricSample("free", 2), MetricSample("free", 3)] })
        let exposition = try Exposition(registry)
        #expect(exposition.value("size") == 5)
        #expect(exposition.value("free") == 2)
    }

    @Test("cannot write into a histogram")
    func noHistograms() throws {
        let registry = PrometheusRegistry(descriptions: [.histogram("age_seconds", "Age.", buckets: [1])])
        registry.register(gauge: "age_seconds") { 1 }
        #expect(try Exposition(registry).value("age_seconds") == nil)
    }

    @Test("may use instruments of the registry that asks them")
    func reentrance() throws {
        let registry = PrometheusRegistry()
        registry.register(samples: {
            registry.makeCounter(label: "scrapes_total", dimensions: []).increment(by: 1)
            return []
        })
        #expect(try Exposition(registry).value("scrapes_total") == 1)
    }

    @Test("of the process report plausible values of the running test")
    func process() throws {
        let registry = PrometheusRegistry(descriptions: ProcessCollector.descriptions)
        registry.register(ProcessCollector())
        let exposition = try Exposition(registry)
        #expect(try #require(exposition.value("process_cpu_seconds_total")) >= 0)
        #expect(try #require(exposition.value("process_resident_memory_bytes")) > 1_000_000)
        #expect(try #require(exposition.value("process_open_fds")) >= 3)
        #expect(try #require(exposition.value("process_start_time_seconds")) > 1_700_000_000)
        #expect(exposition.types["process_cpu_seconds_total"] == "counter")
    }

    @Test("of the process read command names with spaces and parentheses, and refuse garbage")
    func statLine() {
        let rest = " S 1 7 7 0 -1 4194560 1029 0 0 0 250 50 0 0 20 0 4 0 777 123456 321 18446744073709551615"
        let usage = ProcessUsage(cpuTicks: 300, startTicks: 777, residentPages: 321)
        #expect(ProcessUsage("7 (tbg)" + rest) == usage)
        #expect(ProcessUsage("7 (a) b (c d)" + rest) == usage)
        for garbage in ["", "7 tbg S 1", "7 (tbg)", "7 (tbg) S 1 2 3", "7 (tbg)" + rest.replacing("321", with: "x")] {
            #expect(ProcessUsage(garbage) == nil)
        }
        #expect(ProcFile.bootTime("cpu 1 2\nbtime 1772028000\nprocesses 5\n") == 1_772_028_000)
        #expect(ProcFile.bootTime("cpu 1 2\n") == nil)
        #expect(ProcFile.read("/proc/does-not-exist") == nil)
        #expect(ProcFile.entryCount("/proc/does-not-exist") == nil)
    }

    private final class Scrapes: Sendable {
        private let count = Mutex(0)

        func next() -> Int {
            count.withLock {
                $0 += 1
                return $0
            }
        }
    }
}
