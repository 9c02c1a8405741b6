import NIOCore
import Redis

/// Who keeps the streams: one worker at a time, by a key in Redis that expires (spec 01 §11 `lock:`). Without Redis there is nothing to keep.
struct KeeperLock: Sendable {
    private static let key = "lock:mining:keeper"

    let redis: RedisClient
    let holder: String
    let life: TimeAmount

    /// Takes or renews the lock; false while another holds it.
    func hold() async throws -> Bool {
        try await redis.evaluate(
            Self.script,
            keys: [Self.key],
            arguments: [.string(holder), .integer(Int(life.nanoseconds / 1_000_000))]
        ).int == 1
    }

    private static let script = RedisScript(
        """
        local current = redis.call('GET', KEYS[1])
        if current and current ~= ARGV[1] then return 0 end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 1
        """
    )
}
