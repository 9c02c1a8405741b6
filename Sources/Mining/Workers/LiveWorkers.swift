import GameRules
import Redis

/// What only Redis knows of workers (spec 03a §8), many in one round trip.
struct LiveWorkers: Sendable {
    struct Figures: Sendable, Equatable {
        var ring = WorkRing()
        /// Where the current or last session came from.
        var ip: String?
        /// Accepted since the last connect.
        var sessionShares = 0
    }

    let redis: RedisClient

    /// The figures of some workers, in their order.
    /// - Throws: `RedisError` when Redis is away.
    func figures(of names: [String], address: String) async throws -> [Figures] {
        guard !names.isEmpty else { return [] }
        let replies = try await redis.replies(
            to: names.flatMap { name in
                [
                    RedisCommand("HMGET", LiveKeys.worker(address, name), "ip", "shares_session"),
                    RedisCommand("HGETALL", LiveKeys.workerRing(address, name)),
                ]
            },
            timeout: nil
        )
        return try names.indices.map { index in
            let known = try replies[2 * index].get().value().array ?? []
            return Figures(
                ring: WorkRing(try replies[2 * index + 1].get()),
                ip: known.first?.string.flatMap { $0.isEmpty ? nil : $0 },
                sessionShares: known.last?.int ?? 0
            )
        }
    }
}
