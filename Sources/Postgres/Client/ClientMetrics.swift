import Metrics
import Synchronization

/// The client's metrics: durations by statement name, errors by kind, the pool's state.
final class ClientMetrics: Sendable {
    private let prefix: String
    private let timers = Mutex<[UInt: Timer]>([:])
    private let unnamed: Timer
    private let size: Gauge
    private let free: Gauge
    private let waiters: Gauge

    init(prefix: String) {
        self.prefix = prefix
        unnamed = Timer(label: "\(prefix)_query_seconds", dimensions: [("statement", "unnamed")])
        size = Gauge(label: "\(prefix)_pool_size")
        free = Gauge(label: "\(prefix)_pool_free")
        waiters = Gauge(label: "\(prefix)_pool_waiters")
    }

    /// Runs a statement, reports how long it took and counts its failure.
    nonisolated(nonsending) func measure<Value>(
        _ name: StaticString?,
        _ body: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        let start = uptimeNanoseconds()
        do {
            let value = try await body()
            timer(name).recordNanoseconds(Int64(clamping: uptimeNanoseconds() - start))
            return value
        } catch let error as PostgresError {
            timer(name).recordNanoseconds(Int64(clamping: uptimeNanoseconds() - start))
            Counter(label: "\(prefix)_errors_total", dimensions: [("kind", error.kind)]).increment()
            throw error
        }
    }

    func pool(size: Int, free: Int, waiters: Int) {
        self.size.record(size)
        self.free.record(free)
        self.waiters.record(waiters)
    }

    /// Names are literals, so each is known by its address.
    private func timer(_ name: StaticString?) -> Timer {
        guard let name, name.hasPointerRepresentation else { return unnamed }
        let key = UInt(bitPattern: name.utf8Start)
        return timers.withLock { timers in
            if let timer = timers[key] { return timer }
            let timer = Timer(label: "\(prefix)_query_seconds", dimensions: [("statement", "\(name)")])
            timers[key] = timer
            return timer
        }
    }
}
