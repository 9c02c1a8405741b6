import GameRules
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
        let listing = sessions.map { RedisCommand("SET", Self.key($0), "1", "EX", lifetimeSeconds) }
        // Open sockets hear of it at once (spec 04 §9).
        let telling = sessions.map { RedisCommand("PUBLISH", Self.controlTopic, #"{"op":"session_revoked","sid":"\#($0)"}"#) }
        for answer in try await redis.pipeline(listing + telling) { _ = try answer.get() }
    }

    /// Closes every socket of a user.
    /// - Throws: `RedisError`; sockets then stay open until the next look at their sessions.
    func tell(of user: UserID) async throws {
        try await redis.publish(.string(#"{"op":"user_revoked","user_id":\#(user)}"#), to: Self.controlTopic)
    }

    private static let controlTopic = "ws:control"

    /// What Redis has while a session is on the list.
    static func key(_ session: SessionID) -> String { "auth:sid:revoked:\(session)" }
}
