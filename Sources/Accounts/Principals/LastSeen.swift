import GameRules
package import Platform
import Postgres
import Redis
import Synchronization

/// Notes in `users.last_seen` that a user was here, at most once a minute over all nodes (spec 02 §12, §13). It delays nobody, and what
/// fails is noted the next minute.
package final class LastSeen: Sendable {
    private static let intervalSeconds: Int64 = 60
    private static let rememberedUsers = 50_000

    private let database: PostgresClient
    private let redis: RedisClient
    private let noted = Mutex<[UserID: Instant]>([:])

    package init(runtime: Runtime) {
        database = runtime.database
        redis = runtime.redis
    }

    func note(_ user: UserID, at now: Instant) {
        let isDue = noted.withLock { noted in
            if let last = noted[user], abs(now.seconds(since: last)) < Self.intervalSeconds { return false }
            if noted.count >= Self.rememberedUsers { noted.removeAll() }
            noted[user] = now
            return true
        }
        guard isDue else { return }
        Task { [database, redis] in
            let command = RedisCommand("SET", "auth:seen:\(user)", "1", "NX", "EX", Int(Self.intervalSeconds))
            if let answer = try? await redis.send(command), answer.isNull { return }
            _ = try? await database.execute(SQL.named("last_seen", "update users set last_seen = \(now) where id = \(user)"))
        }
    }
}
