package import GameRules
package import Logging
import NIOCore
package import Redis
import Synchronization

/// The limiter every request passes: Redis while it answers in time, this node's memory while it does not (spec 01 §7.3–§7.4).
package final class RateLimiter: Sendable {
    private struct Health {
        var isLocal = false
        var goodProbes = 0
        var lastProbe: Int64 = 0
    }

    private let redis: RedisClient
    private let local = LocalRateLimiter()
    private let health = Mutex(Health())
    private let scale: Double
    private let logger: Logger
    private let nodeCount: Mutex<Int> = Mutex(1)

    /// - Parameter scale: multiplies every limit; 1 in production.
    package init(redis: RedisClient, scale: Double, logger: Logger) {
        self.redis = redis
        self.scale = scale
        self.logger = logger
    }

    /// Whether this node counts in its own memory at present.
    package var isLocal: Bool { health.withLock { $0.isLocal } }

    /// How many nodes share the limits while Redis is away; from the last health reports.
    package func setNodeCount(_ count: Int) { nodeCount.withLock { $0 = max(1, count) } }

    /// Charges all buckets, or none.
    package func admit(_ buckets: [RateBucket], at instant: Instant) async -> RateDecision {
        let now = instant.millisecondsSinceUnixEpoch
        let scaled = scale == 1 ? buckets : buckets.map { RateBucket(rateClass: $0.rateClass, key: $0.key, limit: $0.limit * scale) }
        if shouldAskRedis(now) {
            do {
                let windows = try await redis.evaluate(
                    Self.script,
                    keys: keys(scaled, now),
                    arguments: arguments(scaled, now),
                    timeout: .milliseconds(50)
                )
                if let counts = windows.array, counts.count == 2 * scaled.count {
                    noteSuccess()
                    let windows = (0..<scaled.count).map { index in
                        RateWindow(
                            current: counts[2 * index].int ?? 0,
                            previous: counts[2 * index + 1].int ?? 0,
                            now: now
                        )
                    }
                    return RateDecision(scaled, windows, now: now)
                }
            } catch {
                noteFailure(now)
            }
        }
        let nodes = Double(nodeCount.withLock { $0 })
        let shared = nodes == 1 ? scaled : scaled.map { RateBucket(rateClass: $0.rateClass, key: $0.key, limit: max(1, $0.limit / nodes)) }
        return local.admit(shared, now: now)
    }

    private func keys(_ buckets: [RateBucket], _ now: Int64) -> [String] {
        let index = RateWindow.index(at: now)
        return buckets.flatMap { ["rl:\($0.rateClass):\($0.key):\(index)", "rl:\($0.rateClass):\($0.key):\(index - 1)"] }
    }

    private func arguments(_ buckets: [RateBucket], _ now: Int64) -> [RedisArgument] {
        [.integer(Int(max(0, now % RateWindow.length))), .integer(Int(RateWindow.length))] + buckets.map { .double($0.limit) }
    }

    /// While local, Redis is asked again once a second; three good answers end the local mode.
    private func shouldAskRedis(_ now: Int64) -> Bool {
        health.withLock { health in
            guard health.isLocal else { return true }
            guard abs(now - health.lastProbe) >= 1000 else { return false }
            health.lastProbe = now
            return true
        }
    }

    private func noteSuccess() {
        let returned = health.withLock { health in
            guard health.isLocal else { return false }
            health.goodProbes += 1
            guard health.goodProbes >= 3 else { return false }
            health = Health()
            return true
        }
        if returned { logger.warning("rate limits are counted in Redis again", metadata: ["event": "rate_limit_backend"]) }
    }

    private func noteFailure(_ now: Int64) {
        let left = health.withLock { health in
            defer {
                health.isLocal = true
                health.goodProbes = 0
                health.lastProbe = now
            }
            return !health.isLocal
        }
        if left { logger.warning("rate limits are counted on this node", metadata: ["event": "rate_limit_backend"]) }
    }

    /// Reads both windows of every bucket; charges all of them only if each admits. Answers the counts from before.
    private static let script = RedisScript(
        """
        local elapsed, window = tonumber(ARGV[1]), tonumber(ARGV[2])
        local counts, admitted = {}, true
        for i = 1, #KEYS, 2 do
            local current = tonumber(redis.call('GET', KEYS[i]) or '0')
            local previous = tonumber(redis.call('GET', KEYS[i + 1]) or '0')
            counts[i], counts[i + 1] = current, previous
            if current + previous * (window - elapsed) / window + 1 > tonumber(ARGV[2 + (i + 1) / 2]) then admitted = false end
        end
        if admitted then
            for i = 1, #KEYS, 2 do
                redis.call('INCR', KEYS[i])
                redis.call('PEXPIRE', KEYS[i], 2 * window)
            end
        end
        return counts
        """
    )
}
