package import GameRules
import Platform
package import Postgres
package import Redis

/// Keeps banned users out of the ranks (spec 03 §5). Their bests stay in the database, so that a pardon brings them back.
package struct RankBans: Sendable {
    private let bests: BestReadStore
    private let redis: RedisClient

    package init(database: PostgresClient, redis: RedisClient) {
        bests = BestReadStore(database: database)
        self.redis = redis
    }

    /// Takes a banned or deleted user out of every rank. First the mark, then the ranks: a best that rises meanwhile does not come back.
    /// - Throws: `RedisError`; safe to repeat.
    package func exclude(_ user: UserID, at now: Instant) async throws {
        let removals = Self.keys(of: user, at: now).map { RedisCommand("ZREM", LiveKeys.rank($0.timeframe, $0.period), user.description) }
        for reply in try await redis.pipeline([RedisCommand("SADD", LiveKeys.unranked, user.description)] + removals) {
            _ = try reply.get()
        }
    }

    /// Puts a pardoned user back where the database says.
    /// - Throws: `RedisError`, `PostgresError`; safe to repeat.
    package func readmit(_ user: UserID, at now: Instant) async throws {
        try await redis.send(RedisCommand("SREM", LiveKeys.unranked, user.description))
        let rows = try await bests.bests(Self.keys(of: user, at: now), of: user)
        try await LiveState(redis: redis).rank(rows.map { (key: $0.key, difficulty: $0.difficulty) })
    }

    /// The periods whose ranks somebody may still ask for.
    private static func keys(of user: UserID, at now: Instant) -> [BestKey] {
        let today = UTCDay(containing: now)
        return BestKey.all(user: user, day: today) + [
            BestKey(user: user, timeframe: .week, day: today.advanced(by: -7)),
            BestKey(user: user, timeframe: .month, day: today.calendarMonth.firstDay.advanced(by: -1)),
        ]
    }
}
