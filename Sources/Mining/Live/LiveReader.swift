package import GameRules
package import Redis

/// Reads live figures of one user, all in one round trip.
package struct LiveReader: Sendable {
    private let redis: RedisClient

    package init(redis: RedisClient) {
        self.redis = redis
    }

    /// The hashrates and online workers of a user.
    package struct UserFigures: Sendable, Equatable {
        package var hashrates = Hashrates.zero
        package var workersOnline = 0
    }

    /// - Throws: `RedisError` when Redis is away; the caller then falls back to the database.
    package func figures(of user: UserID, address: String, at now: Instant) async throws -> UserFigures {
        // Who goes off leaves the set; the bound only forgets those whose leaving was lost.
        let since = Int(now.secondsSinceUnixEpoch - WorkerTimeout.longestSilence)
        let replies = try await redis.pipeline([
            RedisCommand("HGETALL", LiveKeys.userRing(address)),
            RedisCommand("ZCOUNT", LiveKeys.onlineWorkers(user), since, "+inf"),
        ])
        let ring = WorkRing(try replies[0].get())
        return UserFigures(hashrates: ring.hashrates(at: now), workersOnline: try replies[1].get().int ?? 0)
    }
}
