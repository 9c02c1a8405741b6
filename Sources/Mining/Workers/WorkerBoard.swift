import Algorithms
package import GameRules
package import Platform
import Postgres
import Redis

/// The hashrates of many users' workers at once, for live messages (spec 04 §8 `hashrate_update`). Cost: the workers online or heard of
/// within the hour.
package struct WorkerBoard: Sendable {
    /// Most workers of a user.
    private static let most = 50
    /// A worker silent for longer has no hashrate but the day's, and is left out, seconds.
    private static let memory: Int64 = 3600
    /// Rings held at once.
    private static let ringsAtOnce = 1000

    /// One worker as it stands.
    package struct Line: Sendable, Equatable {
        package let name: String
        package let isOnline: Bool
        package let hashrates: Hashrates
    }

    private let database: PostgresClient
    private let rings: RingReader

    package init(runtime: Runtime) {
        database = runtime.database
        rings = RingReader(redis: runtime.redis)
    }

    static func statement(users: [UserID], at now: Instant) -> SQL {
        SQL.named(
            "mining_worker_board",
            """
            select w.user_id, w.worker_name, w.is_online
            from unnest(\(users)) as u (id)
            join workers w on w.user_id = u.id and w.archived_at is null
                and (w.is_online or w.last_share > \(now.adding(seconds: -memory)))
            """
        )
    }

    /// Each user's workers, the fastest of the last five minutes first.
    /// - Throws: `RedisError` when Redis is away: there is nothing live to tell then.
    package func workers(of miners: [LiveMiner], at now: Instant) async throws -> [UserID: [Line]] {
        let addresses = Dictionary(miners.map { ($0.user, $0.address) }) { first, _ in first }
        let rows = try await database.query(Self.statement(users: Array(addresses.keys), at: now)).decode((UserID, String, Bool).self)
        var lines: [UserID: [Line]] = [:]
        for some in rows.chunks(ofCount: Self.ringsAtOnce) {
            let found = try await rings.rings(some.map { LiveKeys.workerRing(addresses[$0.0] ?? "", $0.1) })
            for ((user, name, isOnline), ring) in zip(some, found) {
                lines[user, default: []].append(Line(name: name, isOnline: isOnline, hashrates: ring.hashrates(at: now)))
            }
        }
        return lines.mapValues { lines in
            Array(
                lines.sorted { ($1.hashrates.fiveMinutes, $0.name) < ($0.hashrates.fiveMinutes, $1.name) }.prefix(Self.most)
            )
        }
    }
}
