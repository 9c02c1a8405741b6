import API
import GameRules
import Platform
import Redis

/// Answers what is known of the caller's workers: rows from the database, which decides who there is and who is online; rates from Redis.
struct WorkerService: Sendable {
    private static let recentShares = 10
    /// Days whose reject reasons are told: older ones say nothing of how a machine does now.
    private static let rejectDays = 30

    private let workers: WorkerReadStore
    private let live: LiveWorkers
    private let shares: ShareReadStore
    private let epochs: DifficultyEpochs

    init(runtime: Runtime, epochs: DifficultyEpochs) {
        workers = WorkerReadStore(database: runtime.database)
        live = LiveWorkers(redis: runtime.redis)
        shares = ShareReadStore(database: runtime.database)
        self.epochs = epochs
    }

    func list(_ query: WorkersQuery, of principal: Principal, at now: Instant) async throws -> Reply<WorkerList> {
        let rows = try await workers.workers(of: principal.user, includesArchived: query.includesArchived)
        let (items, isStale) = try await items(rows, of: principal, at: now)
        return Reply(WorkerList(workers: items), headers: DataHeaders.fields(isStale: isStale))
    }

    /// - Throws: 404 `worker_not_found`.
    func worker(named name: String, of principal: Principal, at now: Instant) async throws -> Reply<WorkerDetail> {
        guard let row = try await workers.worker(named: name, of: principal.user) else { throw APIError.workerNotFound }
        async let known = epochs.timeline(at: now)
        async let slice = shares.slice(
            ShareSelection(of: principal.user, worker: row.id),
            behind: nil,
            limit: Self.recentShares,
            at: now
        )
        async let rejects = workers.rejects(of: row.id, since: UTCDay(containing: now).advanced(by: 1 - Self.rejectDays))
        let (items, isStale) = try await items([row], of: principal, at: now)
        guard let item = items.first else { throw APIError.workerNotFound }
        let timeline = try await known
        let detail = WorkerDetail(
            worker: item,
            recentShares: try await slice.rows.map { ShareItem($0, timeline) },
            rejects: try await rejects
        )
        return Reply(detail, headers: DataHeaders.fields(isStale: isStale))
    }

    /// Without Redis the rates are those of the last snapshot.
    private func items(
        _ rows: [WorkerReadStore.Row],
        of principal: Principal,
        at now: Instant
    ) async throws -> (items: [WorkerItem], isStale: Bool) {
        var figures: [LiveWorkers.Figures]?
        do {
            figures = try await live.figures(of: rows.map(\.name), address: principal.address)
        } catch is RedisError {}
        let items = rows.indices.map { index in
            WorkerItem(row: rows[index], live: figures?[index], isVerified: principal.isVerified, now: now)
        }
        return (items, figures == nil)
    }
}
