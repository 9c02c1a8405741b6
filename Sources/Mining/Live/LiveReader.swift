package import GameRules
package import Redis

/// Reads live figures of users, all in one round trip.
package struct LiveReader: Sendable {
    private let redis: RedisClient

    package init(redis: RedisClient) {
        self.redis = redis
    }

    /// The hashrates and online workers of a user.
    package struct UserFigures: Sendable, Equatable {
        package var hashrates = Hashrates.zero
        package var workersOnline = 0

        package init(hashrates: Hashrates = .zero, workersOnline: Int = 0) {
            self.hashrates = hashrates
            self.workersOnline = workersOnline
        }
    }

    /// - Throws: `RedisError` when Redis is away; the caller then falls back to the database.
    package func figures(of user: UserID, address: String, at now: Instant) async throws -> UserFigures {
        try await figures(of: [LiveMiner(user: user, address: address)], at: now)[0]
    }

    /// The figures of some users, in their order.
    /// - Throws: `RedisError` when Redis is away.
    package func figures(of miners: [LiveMiner], at now: Instant) async throws -> [UserFigures] {
        guard !miners.isEmpty else { return [] }
        // Who goes off leaves the set; the bound only forgets those whose leaving was lost.
        let since = Int(now.secondsSinceUnixEpoch - WorkerTimeout.longestSilence)
        let replies = try await redis.replies(
            to: miners.flatMap { miner in
                [
                    RedisCommand("HGETALL", LiveKeys.userRing(miner.address)),
                    RedisCommand("ZCOUNT", LiveKeys.onlineWorkers(miner.user), since, "+inf"),
                ]
            },
            timeout: nil
        )
        return try miners.indices.map { index in
            let ring = WorkRing(try replies[2 * index].get())
            return UserFigures(hashrates: ring.hashrates(at: now), workersOnline: try replies[2 * index + 1].get().value().int ?? 0)
        }
    }
}
