import GameRules
import Platform
import Postgres

/// A user whose rings may hold something, with the workers that are online or were within the hour.
struct ActiveMiner: Sendable {
    struct Worker: Sendable {
        let id: Int64
        let name: String
        let isOnline: Bool
    }

    let user: UserID
    let address: String
    var workers: [Worker] = []

    var workersOnline: Int32 { Int32(workers.count { $0.isOnline }) }
    /// The user's ring, then those of the workers.
    var rings: [String] { [LiveKeys.userRing(address)] + workers.map { LiveKeys.workerRing(address, $0.name) } }
}

/// Finds active miners in the database, so that none is forgotten when Redis has been lost. Cost: the miners of the day, not the shares.
struct ActiveMiners: Sendable {
    /// A worker silent for longer has nothing in the last hour of any slot that is still open, seconds.
    private static let memory: Int64 = 2 * 3600

    let database: PostgresClient

    static func statement(at now: Instant) -> SQL {
        let since = now.adding(seconds: -memory)
        return SQL.named(
            "mining_active_miners",
            """
            select u.id, u.btc_address, w.id, w.worker_name, w.is_online
            from (
                select user_id from user_daily_stats where day between \(UTCDay(containing: since)) and \(UTCDay(containing: now))
                union select user_id from workers where is_online
            ) a
            join users u on u.id = a.user_id
            join workers w on w.user_id = a.user_id and (w.is_online or w.last_share > \(since) or w.hashrate_1h > 0)
            """
        )
    }

    func all(at now: Instant) async throws -> [ActiveMiner] {
        var miners: [UserID: ActiveMiner] = [:]
        for row in try await database.query(Self.statement(at: now)) {
            let (user, address, worker, name, isOnline) = try row.decode((UserID, String, Int64, String, Bool).self)
            miners[user, default: ActiveMiner(user: user, address: address)].workers.append(
                ActiveMiner.Worker(id: worker, name: name, isOnline: isOnline)
            )
        }
        return miners.values.sorted { $0.user < $1.user }
    }
}
