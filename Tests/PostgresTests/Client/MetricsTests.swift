import CoreMetrics
import Postgres
import Synchronization
import Testing

/// Remembers what was reported, by label and dimensions.
private final class Recorder: MetricsFactory, CounterHandler, RecorderHandler, TimerHandler {
    private static let store = Mutex<[String: [Int64]]>([:])
    private let key: String

    init(key: String = "") { self.key = key }

    /// Installed once for the whole test process.
    static let installed: Bool = {
        MetricsSystem.bootstrap(Recorder())
        return true
    }()

    static func values(_ key: String) -> [Int64] { store.withLock { $0[key] ?? [] } }

    private static func key(_ label: String, _ dimensions: [(String, String)]) -> String {
        ([label] + dimensions.map { "\($0.0)=\($0.1)" }).joined(separator: " ")
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { Recorder(key: Self.key(label, dimensions)) }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Recorder(key: Self.key(label, dimensions))
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { Recorder(key: Self.key(label, dimensions)) }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private func note(_ value: Int64) { Self.store.withLock { $0[key, default: []].append(value) } }
    func increment(by amount: Int64) { note(amount) }
    func reset() {}
    func record(_ value: Int64) { note(value) }
    func record(_ value: Double) { note(Int64(value)) }
    func recordNanoseconds(_ duration: Int64) { note(duration) }
}

@Suite("Metrics")
struct MetricsTests {
    @Test("durations are reported by statement name, errors by kind, and the pool by gauges")
    func metrics() async throws {
        #expect(Recorder.installed)
        try await withClient {
            $0.metricsPrefix = "measured"
        } _: { client in
            _ = try await client.query(.named("user_by_id", "select \(1)"))
            _ = try await client.query("select 1")
            _ = try await client.transaction { try await $0.query(SQL("select 2").named("user_by_id")) }
            _ = await postgresError { try await client.query("select 1 / \(0)") }
            #expect(Recorder.values("measured_query_seconds statement=user_by_id").count == 2)
            #expect(Recorder.values("measured_query_seconds statement=unnamed").count == 2)
            #expect(Recorder.values("measured_query_seconds statement=user_by_id").allSatisfy { $0 > 0 })
            #expect(Recorder.values("measured_errors_total kind=server") == [1])
            #expect(Recorder.values("measured_pool_size").last == 1)
            #expect(Recorder.values("measured_pool_free").last == 1)
            #expect(Recorder.values("measured_pool_waiters").last == 0)
        }
    }
}
