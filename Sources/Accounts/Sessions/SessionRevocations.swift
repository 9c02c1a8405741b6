import NIOCore
package import Platform
package import Redis

/// The list of ended sessions whose access tokens have not expired yet, in Redis: what makes a logout effective on every node at once
/// (spec 02 §7.4). While Redis is away nobody is on it.
package struct SessionRevocations: Sendable {
    /// Access tokens may be used a little beyond their life.
    private static let marginSeconds = 60

    private let redis: RedisClient
    private let lifetimeSeconds: Int

    package init(redis: RedisClient, settings: TokenSettings) {
        self.redis = redis
        lifetimeSeconds = settings.accessTTLSeconds + Self.marginSeconds
    }

    /// Puts sessions on the list.
    /// - Throws: `RedisError`; access tokens then live until they expire.
    func add(_ sessions: [SessionID]) async throws {
        guard !sessions.isEmpty else { return }
        let answers = try await redis.pipeline(sessions.map { RedisCommand("SET", Self.key($0), "1", "EX", lifetimeSeconds) })
        for answer in answers { _ = try answer.get() }
    }

    /// Asks whether a session is on the list: 1 if it is.
    static func question(_ session: SessionID) -> RedisCommand { RedisCommand("EXISTS", key(session)) }

    private static func key(_ session: SessionID) -> String { "auth:sid:revoked:\(session)" }
}
