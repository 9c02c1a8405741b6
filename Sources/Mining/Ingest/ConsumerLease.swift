package import Logging
package import NIOCore
package import Redis

/// The sign of life of a consumer: a key that expires soon unless it is renewed. A consumer without one is dead, and others take over what
/// it had in hand without waiting for the idle time of XAUTOCLAIM.
///
/// A lease that lapses by mistake (a long pause, Redis away) costs a second delivery, never a second effect.
package struct ConsumerLease: Sendable {
    /// Consumer name, the same in all streams of the process.
    package let consumer: String
    /// Life of the key without renewal.
    package let life: TimeAmount
    private let redis: RedisClient
    private let logger: Logger

    package init(consumer: String, life: TimeAmount = .seconds(5), redis: RedisClient, logger: Logger) {
        self.consumer = consumer
        self.life = life
        self.redis = redis
        self.logger = logger
    }

    private static func key(_ consumer: String) -> String { "lock:consumer:" + consumer }

    /// Renews until cancelled, five times in a life; then lets go, so that what is still pending is taken over at once.
    package func hold() async {
        while !Task.isCancelled {
            do {
                try await renew()
            } catch {
                logger.debug("lease not renewed", metadata: ["event": "lease", "error_kind": "\(type(of: error))"])
            }
            try? await Task.sleep(for: .nanoseconds(life.nanoseconds / 5))
        }
        // The task is cancelled and would not wait for an answer.
        await Task { _ = try? await redis.send(RedisCommand("DEL", Self.key(consumer))) }.value
    }

    /// Sets the key anew.
    package func renew() async throws {
        try await redis.send(RedisCommand("SET", Self.key(consumer), "1", "PX", Int(life.nanoseconds / 1_000_000)))
    }

    /// Those of some consumers that hold no lease.
    func dead(among consumers: [String]) async throws -> [String] {
        let others = consumers.filter { $0 != consumer }
        guard !others.isEmpty else { return [] }
        let replies = try await redis.pipeline(others.map { RedisCommand("EXISTS", Self.key($0)) })
        return try zip(others, replies).compactMap { name, reply in try reply.get().int == 0 ? name : nil }
    }
}
