import GameRules
package import Redis

/// The network's newest block in Redis, without expiry (spec 03a §8): a reorganisation replaces height, hash and time.
package struct LiveNetwork: Sendable {
    let redis: RedisClient

    package init(redis: RedisClient) {
        self.redis = redis
    }

    /// Last writer wins.
    func set(_ block: NetworkBlock, at time: Instant) async throws {
        try await redis.evaluate(
            Self.script,
            keys: ["network:updated_at", "network:height", "network:difficulty", "network:block_hash"],
            arguments: [.string(time.rfc3339), .integer(Int(block.height)), .double(block.difficulty), .string(block.hash)]
        )
    }

    /// Instants in RFC 3339 with a fixed number of digits compare as text.
    private static let script = RedisScript(
        """
        local known = redis.call('GET', KEYS[1])
        if known and known > ARGV[1] then return 0 end
        for i = 1, 4 do redis.call('SET', KEYS[i], ARGV[i]) end
        return 1
        """
    )
}
