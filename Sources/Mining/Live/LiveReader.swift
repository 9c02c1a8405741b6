import Algorithms
package import GameRules
package import Redis

/// Reads live figures of users, many in one round trip.
package struct LiveReader: Sendable {
    /// Users asked for at once: a ring costs Redis as much as dozens of other commands, and nobody's wait behind more of them.
    private static let atOnce = 200

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
        var figures: [UserFigures] = []
        figures.reserveCapacity(miners.count)
        for some in miners.chunks(ofCount: Self.atOnce) { figures += try await together(some, at: now) }
        return figures
    }

    private func together(_ miners: ArraySlice<LiveMiner>, at now: Instant) async throws -> [UserFigures] {
        let replies = try await redis.replies(to: miners.flatMap { Self.commands(for: $0, at: now) }, timeout: nil)
        return try replies.chunks(ofCount: 2).compactMap { try Self.figures(in: $0, at: now) }
    }

    /// The two commands whose answers say everything about a user.
    static func commands(for miner: LiveMiner, at now: Instant) -> [RedisCommand] {
        // Who goes off leaves the set; the bound only forgets those whose leaving was lost.
        let since = Int(now.secondsSinceUnixEpoch - WorkerTimeout.longestSilence)
        return [
            RedisCommand("HGETALL", LiveKeys.userRing(miner.address)),
            RedisCommand("ZCOUNT", LiveKeys.onlineWorkers(miner.user), since, "+inf"),
        ]
    }

    /// - Returns: nil unless these are the answers to both commands.
    static func figures(in replies: ArraySlice<Result<RESPFrame, RedisError>>, at now: Instant) throws -> UserFigures? {
        guard replies.count == 2, let first = replies.first, let last = replies.last else { return nil }
        return UserFigures(hashrates: WorkRing(try first.get()).hashrates(at: now), workersOnline: try last.get().value().int ?? 0)
    }
}
