import Algorithms
import GameRules
import Redis

/// Reads work rings, many in one round trip.
struct RingReader: Sendable {
    /// Rings on the way at once: each costs Redis as much as dozens of other commands, and nobody's wait behind more of them.
    private static let atOnce = 200

    let redis: RedisClient

    func ring(_ key: String) async throws -> WorkRing {
        WorkRing(try await redis.reply(to: RedisCommand("HGETALL", key), timeout: nil))
    }

    /// The rings of some keys, in their order.
    func rings(_ keys: [String]) async throws -> [WorkRing] {
        var rings: [WorkRing] = []
        rings.reserveCapacity(keys.count)
        for some in keys.chunks(ofCount: Self.atOnce) {
            for reply in try await redis.replies(to: some.map { RedisCommand("HGETALL", $0) }, timeout: nil) {
                rings.append(WorkRing(try reply.get()))
            }
        }
        return rings
    }
}
