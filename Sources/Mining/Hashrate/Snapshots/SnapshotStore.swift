import GameRules
import Platform
import Postgres

/// The SQL of snapshots. A row that exists is never changed, so a slot can be taken again.
struct SnapshotStore: Sendable {
    /// The worker name of a user's own row.
    static let allWorkers = ""
    /// A snapshot older than this says nothing of now, seconds: a miner silent for so long has no hashrate to speak of.
    static let memory: Int64 = 3600
    /// Where the newest slot taken is noted.
    private static let mark = (group: "tbg-mining", stream: "hashrate_snapshots")

    let database: PostgresClient

    struct Row: Sendable {
        let slot: SnapshotSlot
        let user: UserID
        let worker: String
        let figures: SnapshotSlot.Figures
        let workersOnline: Int32
    }

    func insert(_ rows: some Collection<Row>) async throws {
        try await database.execute(
            """
            insert into hashrate_snapshots (time, user_id, worker_name, hashrate_1m, hashrate_5m, hashrate_1h, hashrate_24h, workers_online)
            select * from unnest(\(rows.map(\.slot.time)), \(rows.map(\.user)), \(rows.map(\.worker)), \(rows.map(\.figures.oneMinute)),
                                 \(rows.map(\.figures.fiveMinutes)), \(rows.map(\.figures.oneHour)), \(rows.map(\.figures.oneDay)),
                                 \(rows.map(\.workersOnline)))
            on conflict do nothing
            """
        )
    }

    /// Copies the newest figures into the workers' own rows, where they answer while Redis is away.
    func refresh(_ workers: [(id: Int64, figures: SnapshotSlot.Figures)]) async throws {
        guard !workers.isEmpty else { return }
        let workers = workers.sorted { $0.id < $1.id }
        try await database.execute(
            """
            update workers w set hashrate_1m = d.m, hashrate_5m = d.f, hashrate_1h = d.h, hashrate_24h = d.d
            from unnest(\(workers.map(\.id)), \(workers.map(\.figures.oneMinute)), \(workers.map(\.figures.fiveMinutes)),
                        \(workers.map(\.figures.oneHour)), \(workers.map(\.figures.oneDay))) as d (id, m, f, h, d)
            where w.id = d.id
              and (w.hashrate_1m, w.hashrate_5m, w.hashrate_1h, w.hashrate_24h) is distinct from (d.m, d.f, d.h, d.d)
            """
        )
    }

    /// The newest slot taken; nil before the first.
    func lastTaken() async throws -> Instant? {
        try await database.query(
            "select last_id from consumer_offsets where consumer_group = \(Self.mark.group) and stream = \(Self.mark.stream)"
        ).value(String.self).flatMap { Instant(rfc3339: $0) }
    }

    func note(taken slot: SnapshotSlot, now: Instant) async throws {
        try await database.execute(
            """
            insert into consumer_offsets (consumer_group, stream, last_id, updated_at)
            values (\(Self.mark.group), \(Self.mark.stream), \(slot.time.rfc3339), \(now))
            on conflict (consumer_group, stream) do update
            set last_id = greatest(consumer_offsets.last_id, excluded.last_id), updated_at = excluded.updated_at
            """
        )
    }
}
