import Algorithms
package import GameRules
import Metrics
package import Platform
import Redis

/// Every minute: the hashrates of active users, copied into one small hash each, so that lists of users need no rings (spec 03 §6).
package struct BulkHashrates: Sendable {
    /// Life of a copy, seconds.
    private static let life = 3600
    private static let step = 500

    private let miners: ActiveMiners
    private let rings: RingReader
    private let redis: RedisClient

    package init(runtime: Runtime) {
        miners = ActiveMiners(database: runtime.database)
        rings = RingReader(redis: runtime.redis)
        redis = runtime.redis
    }

    package func run(at now: Instant) async throws {
        var pool = 0.0
        var online = 0
        for miners in try await miners.all(at: now).chunks(ofCount: Self.step) {
            let rings = try await rings.rings(miners.map { LiveKeys.userRing($0.address) })
            var commands: [RedisCommand] = []
            for (miner, ring) in zip(miners, rings) {
                let hashrates = ring.hashrates(at: now)
                pool += hashrates.fiveMinutes
                online += Int(miner.workersOnline)
                commands += Self.copy(hashrates, of: miner, now: now)
            }
            for reply in try await redis.pipeline(commands) { _ = try reply.get() }
        }
        Gauge(label: "tbg_mining_pool_hashrate_ths").record(pool / 1e12)
        Gauge(label: "tbg_mining_active_workers").record(online)
    }

    private static func copy(_ hashrates: Hashrates, of miner: ActiveMiner, now: Instant) -> [RedisCommand] {
        let key = LiveKeys.userHashrate(miner.address)
        return [
            RedisCommand(
                "HSET",
                arguments: [
                    .string(key),
                    "hashrate_1m", .double(hashrates.oneMinute), "hashrate_5m", .double(hashrates.fiveMinutes),
                    "hashrate_1h", .double(hashrates.oneHour), "hashrate_24h", .double(hashrates.oneDay),
                    "workers_online", .integer(Int(miner.workersOnline)), "updated_at", .string(now.rfc3339),
                ]
            ),
            RedisCommand("EXPIRE", key, Self.life),
        ]
    }
}
