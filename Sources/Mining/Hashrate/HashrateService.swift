import API
import GameRules
import HTTPTypes
import Platform
import Postgres
import Redis

/// Answers hashrates: now from work rings, over time from snapshots and hourly sums.
struct HashrateService: Sendable {
    static let workerNotFound = APIError.notFound("worker_not_found", "You have no worker of this name.")

    private let store: HashrateStore
    private let live: LiveReader
    private let rings: RingReader

    init(database: PostgresClient, redis: RedisClient) {
        store = HashrateStore(database: database)
        live = LiveReader(redis: redis)
        rings = RingReader(redis: redis)
    }

    /// The user's own ring, not a sum over its workers. Without Redis the last snapshot answers, and says so.
    func current(of principal: Principal, at now: Instant) async throws -> Reply<CurrentHashrate> {
        if let figures = try? await live.figures(of: principal.user, address: principal.address, at: now) {
            return Reply(CurrentHashrate(hashrates: figures.hashrates, workersOnline: figures.workersOnline))
        }
        let last = try await store.lastSnapshot(of: principal.user, at: now)
        return Reply(CurrentHashrate(hashrates: last.hashrates, workersOnline: last.workersOnline), headers: [DataHeaders.stale: "1"])
    }

    /// A user's chart.
    func chart(of principal: Principal, window: ChartWindow, at now: Instant) async throws -> Reply<HashrateChart> {
        async let ring = try? rings.ring(LiveKeys.userRing(principal.address))
        async let first = store.firstShare(of: principal.user)
        let points: [HashratePoint]
        if window.isBySnapshot {
            let steps = try await store.snapshots(of: principal.user, worker: SnapshotStore.allWorkers, window: window, at: now)
            points = HashrateSeries.points(ofSnapshots: steps, window: window, since: try await first, at: now)
        } else {
            let steps = try await store.work(of: principal.user, window: window, at: now)
            points = HashrateSeries.points(ofWork: steps, window: window, since: try await first, at: now)
        }
        if let ring = await ring {
            return Reply(HashrateChart(window: window, points: points, current: ring.hashrates(at: now).fiveMinutes))
        }
        let last = try await store.lastSnapshot(of: principal.user, at: now)
        return stale(HashrateChart(window: window, points: points, current: last.hashrates.fiveMinutes))
    }

    /// A worker's chart, from its snapshots alone.
    /// - Throws: 404 for a name that is none of the user's workers.
    func chart(of name: String, window: ChartWindow, of principal: Principal, at now: Instant) async throws -> Reply<HashrateChart> {
        async let ring = try? rings.ring(LiveKeys.workerRing(principal.address, name))
        async let steps = store.snapshots(of: principal.user, worker: name, window: window, at: now)
        guard let worker = try await store.worker(name, of: principal.user, at: now) else { throw Self.workerNotFound }
        let points = HashrateSeries.points(ofSnapshots: try await steps, window: window, since: worker.firstSeen, at: now)
        if let ring = await ring {
            return Reply(HashrateChart(window: window, points: points, current: ring.hashrates(at: now).fiveMinutes))
        }
        return stale(HashrateChart(window: window, points: points, current: worker.lastHashrate))
    }

    private func stale(_ chart: HashrateChart) -> Reply<HashrateChart> { Reply(chart, headers: [DataHeaders.stale: "1"]) }
}
