import GameRules
import Redis

/// Reads work rings, many in one round trip.
struct RingReader: Sendable {
    let redis: RedisClient

    func ring(_ key: String) async throws -> WorkRing {
        WorkRing(try await redis.reply(to: RedisCommand("HGETALL", key), timeout: nil))
    }

    /// The rings of some keys, in their order.
    func rings(_ keys: [String]) async throws -> [WorkRing] {
        guard !keys.isEmpty else { return [] }
        return try await redis.replies(to: keys.map { RedisCommand("HGETALL", $0) }, timeout: nil).map { WorkRing(try $0.get()) }
    }
}
