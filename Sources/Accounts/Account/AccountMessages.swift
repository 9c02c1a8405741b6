import API
package import GameRules
package import Logging
import NIOCore
package import Redis

/// What is told of accounts over Redis pub/sub once a change is committed. Losing a message is no failure: whoever listens also has a
/// time after which it looks again by itself.
package struct AccountMessages: Sendable {
    /// Where a kind of message is published.
    package enum Topic: String, Sendable, CaseIterable {
        /// A user's address: `user_id`, `old`, `new`.
        case walletChanged = "user:wallet_changed"
        /// A user's mining settings: `user_id`.
        case miningSettings = "user:mining_settings"
        /// What strangers see of a user: `user_id`. Public caches drop what they hold (spec 10 §2).
        case publicPresence = "user:public_presence"
        /// A user's API keys, one of which is no longer good: `user_id`.
        case keysRevoked = "user:api_keys"
        /// A user who is gone: `user_id`.
        case deleted = "user:deleted"
    }

    private let redis: RedisClient
    private let logger: Logger

    package init(redis: RedisClient, logger: Logger) {
        self.redis = redis
        self.logger = logger
    }

    package func walletChanged(of user: UserID, from old: String, to new: String) async {
        await publish(.walletChanged, user) { writer in
            writer.name("old")
            writer.string(old)
            writer.name("new")
            writer.string(new)
        }
    }

    package func miningSettingsChanged(of user: UserID) async { await publish(.miningSettings, user) }
    package func publicPresenceChanged(of user: UserID) async { await publish(.publicPresence, user) }
    package func keysRevoked(of user: UserID) async { await publish(.keysRevoked, user) }
    package func deleted(_ user: UserID) async { await publish(.deleted, user) }

    private func publish(_ topic: Topic, _ user: UserID, _ members: (inout JSONWriter) -> Void = { _ in }) async {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("user_id")
        writer.integer(user.rawValue)
        members(&writer)
        writer.endObject()
        do {
            try await redis.publish(.buffer(writer.buffer), to: topic.rawValue)
        } catch {
            logger.warning("account message not published", metadata: ["event": "publish_failed", "topic": "\(topic.rawValue)"])
        }
    }
}
