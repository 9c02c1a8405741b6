import GameRules
import Platform
import Postgres

/// The SQL of a polled miner: at most 500 workers by index, and one row of totals.
struct ClientStore: Sendable {
    struct Worker: Sendable {
        let ordinal: Int
        let name: String
        let bestDifficulty: Double
        /// Of the last snapshot, H/s.
        let hashrate: Double
        let startedAt: Instant
        let lastSeen: Instant
    }

    struct Miner: Sendable {
        var bestDifficulty = 0.0
        /// Those online.
        var workers: [Worker] = []
    }

    let database: PostgresClient

    /// All workers by age, so that a worker's place among them stays.
    static func statement(user: UserID) -> SQL {
        SQL.named(
            "pool_client",
            """
            select t.best_diff, w.worker_name, w.best_diff, w.hashrate_5m, w.is_online, coalesce(w.connected_at, w.first_seen), w.last_share
            from (select \(user)::bigint as id) u
            left join user_share_totals t on t.user_id = u.id
            left join workers w on w.user_id = u.id
            order by w.id
            """
        )
    }

    func miner(_ user: UserID) async throws -> Miner {
        var miner = Miner()
        for (index, row) in try await database.query(Self.statement(user: user)).enumerated() {
            let (total, name, best, hashrate, isOnline, started, last) = try row.decode(
                (Double?, String?, Double?, Double?, Bool?, Instant?, Instant?).self
            )
            miner.bestDifficulty = total ?? 0
            guard let name, let started, isOnline == true else { continue }
            miner.workers.append(
                Worker(
                    ordinal: index + 1,
                    name: name,
                    bestDifficulty: best ?? 0,
                    hashrate: hashrate ?? 0,
                    startedAt: started,
                    lastSeen: last ?? started
                )
            )
        }
        return miner
    }
}
