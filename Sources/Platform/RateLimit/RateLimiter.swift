package import GameRules
package import Logging
import Metrics
package import NIOCore
package import Redis
import Synchronization

/// The limiter every request passes: Redis while it answers in time, this node's memory while it does not (spec 01 §7.3–§7.4).
package final class RateLimiter: Sendable {
    private let redis: RedisClient
    private let local = LocalRateLimiter()
    private let backend = Mutex(RateBackend())
    private let scale: Double
    private let patience: TimeAmount
    private let logger: Logger
    private let nodeCount: Mutex<Int>
    private let gauges = (
        redis: Gauge(label: "tbg_rate_limit_backend", dimensions: [("backend", "redis")]),
        local: Gauge(label: "tbg_rate_limit_backend", dimensions: [("backend", "local")])
    )

    /// - Parameters:
    ///   - scale: multiplies every limit; 1 in production.
    ///   - nodes: how many nodes share the limits while Redis is away, until ``setNodeCount(_:)`` knows better.
    ///   - patience: how long Redis may take.
    package init(redis: RedisClient, scale: Double, nodes: Int = 1, patience: TimeAmount = .milliseconds(50), logger: Logger) {
        self.redis = redis
        self.scale = scale
        self.patience = patience
        self.logger = logger
        nodeCount = Mutex(max(1, nodes))
        show(isLocal: false)
    }

    /// Whether this node counts in its own memory at present.
    package var isLocal: Bool { backend.withLock { $0.isLocal } }

    /// How many nodes share the limits while Redis is away; from the last health reports.
    package func setNodeCount(_ count: Int) { nodeCount.withLock { $0 = max(1, count) } }

    /// Answers to commands that went with the limits, in their order; none when Redis was not asked or did not answer.
    package typealias Replies = ArraySlice<Result<RESPFrame, RedisError>>

    /// Charges all buckets, or none.
    package func admit(_ buckets: [RateBucket], at instant: Instant) async -> RateDecision {
        await admit(buckets, at: instant, sending: []).decision
    }

    /// Charges all buckets, or none, and sends other commands to Redis on the same way, whatever is decided.
    package func admit(
        _ buckets: [RateBucket],
        at instant: Instant,
        sending commands: [RedisCommand]
    ) async -> (decision: RateDecision, replies: Replies) {
        let now = instant.millisecondsSinceUnixEpoch
        let scaled = scale == 1 ? buckets : buckets.map { $0.scaled(by: scale) }
        switch backend.withLock({ $0.plan(at: now) }) {
        case .redis:
            if let answer = await askRedis(scaled, commands, now) { return answer }
        case .probe:
            // Counted in both places, so that neither forgets the request whichever decides next.
            let own = local.admit(shared(scaled), now: now)
            guard let answer = await askRedis(scaled, commands, now), noteAnswer() else { return (own, []) }
            return answer
        case .local:
            break
        }
        return (local.admit(shared(scaled), now: now), [])
    }

    private func shared(_ buckets: [RateBucket]) -> [RateBucket] {
        let nodes = nodeCount.withLock { $0 }
        return nodes == 1 ? buckets : buckets.map { $0.scaled(by: 1 / Double(nodes)) }
    }

    /// - Returns: nil when Redis does not answer, or not in time.
    private func askRedis(_ buckets: [RateBucket], _ commands: [RedisCommand], _ now: Int64) async -> (RateDecision, Replies)? {
        let keys = RateScript.keys(buckets, now)
        let arguments = RateScript.arguments(buckets, now)
        guard
            let (answer, replies) = try? await redis.evaluate(
                RateScript.script,
                keys: keys,
                arguments: arguments,
                with: commands,
                timeout: patience
            ),
            let counts = answer.array, counts.count == keys.count
        else {
            noteFailure(now)
            return nil
        }
        let windows = buckets.indices.map { index in
            RateWindow(current: counts[2 * index].int ?? 0, previous: counts[2 * index + 1].int ?? 0, now: now)
        }
        return (RateDecision(buckets, windows, now: now), replies)
    }

    private func noteAnswer() -> Bool {
        guard backend.withLock({ $0.answered() }) else { return false }
        show(isLocal: false)
        logger.warning("rate limits are counted in Redis again", metadata: ["event": "rate_limit_backend", "backend": "redis"])
        return true
    }

    private func noteFailure(_ now: Int64) {
        guard backend.withLock({ $0.failed(at: now) }) else { return }
        show(isLocal: true)
        logger.warning("rate limits are counted on this node", metadata: ["event": "rate_limit_backend", "backend": "local"])
    }

    private func show(isLocal: Bool) {
        gauges.redis.record(isLocal ? 0 : 1)
        gauges.local.record(isLocal ? 1 : 0)
    }
}

extension RateBucket {
    /// The same budget with another limit, but never less than one request.
    func scaled(by factor: Double) -> RateBucket { RateBucket(rateClass: rateClass, key: key, limit: max(1, limit * factor)) }
}
