import GameRules
import Platform
import Postgres

/// Reads a user's workers (spec 03 §3 routes 1, 2): at most 500 rows, by the user's index.
struct WorkerReadStore: Sendable {
    struct Row: Sendable, Equatable {
        let id: Int64
        let name: String
        let isOnline: Bool
        /// Assigned last; nil unknown.
        let difficulty: Double?
        let best: Double
        let accepted: Int64
        let rejected: Int64
        /// Accepted.
        let lastShare: Instant?
        /// Begin of the current or last session.
        let connectedAt: Instant?
        let disconnectedAt: Instant?
        let userAgent: String?
        /// As of the last snapshot the worker was in.
        let snapshot: Hashrates

        /// What the last snapshot says of an instant: nothing once the worker has been silent for long, for then it is in no snapshot.
        func hashrates(at now: Instant) -> Hashrates {
            lastShare.map { $0 > now.adding(seconds: -SnapshotStore.memory) } ?? false ? snapshot : .zero
        }
    }

    let database: PostgresClient

    /// The workers of a user by name, in the order of bytes.
    func workers(of user: UserID, includesArchived: Bool) async throws -> [Row] {
        try await database.query(includesArchived ? Self.selectAll(of: user) : Self.selectCurrent(of: user)).map(Self.row)
    }

    func worker(named name: String, of user: UserID) async throws -> Row? {
        try await database.query(Self.select(named: name, of: user)).first.map(Self.row)
    }

    /// Why the pool rejected shares of a worker since a day, the most frequent reason first.
    func rejects(of worker: Int64, since day: UTCDay) async throws -> [RejectCount] {
        try await database.query(Self.selectRejects(of: worker, since: day)).map { row in
            let (reason, count) = try row.decode((String, Int64).self)
            return RejectCount(reason: reason.isEmpty ? nil : reason, count: count)
        }
    }

    /// At most so many reasons are told: a pool has a dozen.
    private static let mostReasons: Int32 = 50

    static func selectRejects(of worker: Int64, since day: UTCDay) -> SQL {
        SQL.named(
            "worker_rejects",
            """
            select reason, sum(rejected_shares)::bigint from worker_rejects where worker_id = \(worker) and bucket >= \(day)
            group by reason order by 2 desc, reason collate "C" limit \(mostReasons)
            """
        )
    }

    private static let columns: SQL = """
        id, worker_name, is_online, current_diff, best_diff, accepted_shares, rejected_shares, last_share, connected_at, disconnected_at,
        user_agent, coalesce(hashrate_1m, 0), coalesce(hashrate_5m, 0), coalesce(hashrate_1h, 0), coalesce(hashrate_24h, 0)
        """

    static func selectAll(of user: UserID) -> SQL {
        SQL.named("workers_all", "select \(sql: columns) from workers where user_id = \(user) order by worker_name collate \"C\"")
    }

    static func selectCurrent(of user: UserID) -> SQL {
        SQL.named(
            "workers_current",
            "select \(sql: columns) from workers where user_id = \(user) and archived_at is null order by worker_name collate \"C\""
        )
    }

    static func select(named name: String, of user: UserID) -> SQL {
        SQL.named("worker", "select \(sql: columns) from workers where user_id = \(user) and worker_name = \(name)")
    }

    private static func row(_ row: PostgresRow) throws -> Row {
        let (id, name, isOnline, difficulty, best, accepted, rejected, share, connected, disconnected, agent, minute, five, hour, day) =
            try row.decode(
                (
                    Int64, String, Bool, Double?, Double, Int64, Int64, Instant?, Instant?, Instant?, String?, Double, Double, Double,
                    Double
                ).self
            )
        return Row(
            id: id,
            name: name,
            isOnline: isOnline,
            difficulty: difficulty,
            best: best,
            accepted: accepted,
            rejected: rejected,
            lastShare: share,
            connectedAt: connected,
            disconnectedAt: disconnected,
            userAgent: agent,
            snapshot: Hashrates(oneMinute: minute, fiveMinutes: five, oneHour: hour, oneDay: day)
        )
    }
}
