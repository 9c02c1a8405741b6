import GameRules
import Redis

/// Reads the rank sets in Redis (spec 03a §8).
struct LiveRanks: Sendable {
    let redis: RedisClient

    /// Where bests stand, in their order; nil for one whose set does not hold its user, and can therefore not be believed.
    /// - Throws: `RedisError` when Redis is away.
    func standings(of bests: [BestReadStore.Row]) async throws -> [BestStanding?] {
        guard !bests.isEmpty else { return [] }
        let replies = try await redis.pipeline(
            bests.flatMap { best in
                let key = LiveKeys.rank(best.key.timeframe, best.key.period)
                return [
                    RedisCommand("ZSCORE", key, best.key.user.description),
                    RedisCommand("ZCOUNT", key, "(\(best.difficulty)", "+inf"),
                    RedisCommand("ZCARD", key),
                ]
            }
        )
        return try bests.indices.map { index in
            guard try replies[3 * index].get().double != nil, let above = try replies[3 * index + 1].get().int,
                let total = try replies[3 * index + 2].get().int
            else { return nil }
            return BestStanding(above: Int64(above), total: Int64(total))
        }
    }
}
