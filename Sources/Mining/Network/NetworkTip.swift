package import GameRules
import Platform
import Redis

/// The network as of the block announced last.
package struct NetworkTip: Sendable, Equatable {
    package let height: Int64
    /// Difficulty of the network, > 0.
    package let difficulty: Double
    /// Pool time of the block.
    package let updatedAt: Instant

    package init(height: Int64, difficulty: Double, updatedAt: Instant) {
        self.height = height
        self.difficulty = difficulty
        self.updatedAt = updatedAt
    }
}

extension NetworkTip {
    init(_ row: NetworkReadStore.Row) {
        self.init(height: Int64(row.height), difficulty: row.difficulty, updatedAt: row.time)
    }

    /// Takes the answers to ``LiveNetwork/tipKeys``; nil unless all are there and possible.
    init?(_ values: [RESPValue]) {
        guard values.count == 3, let height = values[0].int, BlockFound.heights.contains(Int64(height)),
            let difficulty = values[1].double, PayloadReader.positiveDifficulty.contains(difficulty),
            let time = values[2].string.flatMap(Instant.init(rfc3339:))
        else { return nil }
        self.init(height: Int64(height), difficulty: difficulty, updatedAt: time)
    }
}

extension LiveNetwork {
    private static let tipKeys = ["network:height", "network:difficulty", "network:updated_at"]

    /// The newest block; nil while Redis knows none.
    /// - Throws: `RedisError` when Redis is away.
    func tip() async throws -> NetworkTip? {
        NetworkTip(try await redis.send(RedisCommand("MGET", arguments: Self.tipKeys.map { .string($0) })).array ?? [])
    }
}

extension Settings {
    /// The network's difficulty while nobody knows better, never 0 (spec 03 §4.6): as configured, else about today's on the main chain, and
    /// the smallest elsewhere.
    package var assumedNetworkDifficulty: Double {
        mining.networkDifficultyFallback ?? (network == .mainnet ? 1e14 : 1)
    }
}
