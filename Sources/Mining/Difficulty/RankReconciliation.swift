package import GameRules
package import Platform
import Postgres
import Redis

/// Brings the ranks after bans, pardons and deletions they have missed because Redis was away (spec 03 §5). Every half minute.
///
/// How far the ranks have followed stands beside them: whatever state Redis comes back with, it says itself what it may have missed.
package struct RankReconciliation: Sendable {
    /// Transactions commit in another order than their instants, seconds.
    private static let overlap: Int64 = 300

    private let database: PostgresClient
    private let redis: RedisClient
    private let bans: RankBans

    package init(runtime: Runtime) {
        database = runtime.database
        redis = runtime.redis
        bans = RankBans(database: database, redis: redis)
    }

    /// Answers how many users were looked after. Safe to repeat.
    @discardableResult
    package func run(at now: Instant) async throws -> Int {
        let followed = try await redis.send(RedisCommand("GET", LiveKeys.ranksFollowed)).string.flatMap(Instant.init(rfc3339:))
        let rows = try await database.query(Self.changes(since: (followed ?? .unixEpoch).adding(seconds: -Self.overlap)))
        for row in rows {
            let (user, isRanked) = try row.decode((UserID, Bool).self)
            if isRanked { try await bans.readmit(user, at: now) } else { try await bans.exclude(user, at: now) }
        }
        try await redis.send(RedisCommand("SET", LiveKeys.ranksFollowed, now.rfc3339))
        return rows.count
    }

    /// Answers who was banned, pardoned or deleted since an instant, and whether they belong in the ranks now.
    static func changes(since: Instant) -> SQL {
        SQL.named(
            "rank_changes",
            """
            select a.id, coalesce(not u.is_banned, false)
            from (
                select distinct resource_id::bigint as id from audit_log
                where action in ('user.deleted', 'user.banned', 'user.unbanned') and resource_type = 'user' and status = 'success'
                  and timestamp > \(since)
            ) a left join users u on u.id = a.id
            """
        )
    }
}
