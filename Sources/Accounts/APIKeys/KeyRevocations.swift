import API
package import GameRules
import NIOCore
package import Redis
import ServiceLifecycle

/// Makes the end of API keys known: at once on this node, and on the others as soon as they hear of it. While Redis is away a proof ends
/// by itself after 60 s.
package struct KeyRevocations: Service {
    private let verified: VerifiedKeys
    private let messages: AccountMessages
    private let subscriber: RedisSubscriber

    package init(redis: RedisClient, verified: VerifiedKeys, messages: AccountMessages) {
        self.verified = verified
        self.messages = messages
        subscriber = redis.makeSubscriber { event in
            switch event {
            case .message(let message):
                guard let user = Self.user(message.payload) else { return verified.forgetAll() }
                verified.forget(user)
            case .reconnected, .dropped:
                // What was missed may have been about anyone.
                verified.forgetAll()
            }
        }
    }

    /// To be called after the commit that ended keys of a user.
    package func announce(_ user: UserID) async {
        verified.forget(user)
        await messages.keysRevoked(of: user)
    }

    /// Listens; to be called once. Without Redis the wish stands, and the topic is subscribed as soon as there is a connection.
    package func start() async {
        try? await subscriber.subscribe([AccountMessages.Topic.keysRevoked.rawValue])
    }

    package func run() async throws {
        await start()
        try? await gracefulShutdown()
        await close()
    }

    package func close() async { await subscriber.close() }

    private static func user(_ payload: ByteBuffer) -> UserID? {
        (try? JSONParser().parse(payload.readableBytesView))?["user_id"]?.int64Value.map { UserID(rawValue: $0) }
    }
}
