package import Logging
package import Redis
import ServiceLifecycle

/// Looks at Redis's eviction policy at the start and every ten minutes (spec 01 §11): a Redis that evicts loses streams and nonces without
/// a word.
package struct RedisPolicyWatch: Service {
    /// What a policy means.
    enum Verdict: Equatable {
        /// Nothing is evicted.
        case sound
        /// Only keys with an expiry are evicted: nonces may go.
        case doubtful
        /// Anything may go.
        case lossy
    }

    private static let interval = Duration.seconds(600)
    private static let retry = Duration.seconds(10)

    private let redis: RedisClient
    private let isProduction: Bool
    private let logger: Logger

    package init(redis: RedisClient, isProduction: Bool, logger: Logger) {
        self.redis = redis
        self.isProduction = isProduction
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let wasAnswered = await look()
                try? await Task.sleep(for: wasAnswered ? Self.interval : Self.retry)
            }
        }
    }

    /// Reads the policy and says what is wrong with it; whether Redis answered.
    func look() async -> Bool {
        guard let text = try? await redis.send(RedisCommand("INFO", "memory")).string, let policy = Self.policy(in: text) else {
            return false
        }
        switch Self.verdict(policy) {
        case .sound: break
        case .doubtful: report(policy, .warning)
        case .lossy: report(policy, isProduction ? .error : .warning)
        }
        return true
    }

    private func report(_ policy: String, _ level: Logger.Level) {
        logger.log(level: level, "Redis may evict data that must not be lost", metadata: ["event": "redis_policy", "policy": "\(policy)"])
    }

    /// The policy named in the text of `INFO memory`, which also a Redis without `CONFIG` answers.
    static func policy(in text: String) -> String? {
        for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("maxmemory_policy:") {
            return String(line.dropFirst("maxmemory_policy:".count))
        }
        return nil
    }

    static func verdict(_ policy: String) -> Verdict {
        policy == "noeviction" ? .sound : policy.hasPrefix("volatile-") ? .doubtful : .lossy
    }
}
