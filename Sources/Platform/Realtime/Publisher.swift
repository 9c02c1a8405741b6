package import API
package import GameRules
import NIOCore
package import Redis

/// Sends live messages to the nodes that hold the sockets, through Redis pub/sub (spec 04 §9). Always after the commit of the fact a
/// message tells; a failed publish is no failure of the fact.
package struct Publisher: Sendable {
    let redis: RedisClient
    let clock: Clock

    package init(redis: RedisClient, clock: Clock) {
        self.redis = redis
        self.clock = clock
    }

    /// One message to the sockets of one user that are subscribed to a channel.
    package struct Personal: Sendable {
        let user: UserID
        let channel: StaticString
        let type: StaticString
        let members: @Sendable (inout JSONWriter) -> Void

        /// - Parameter members: writes the message's members beside `type`, into an open object.
        package init(to user: UserID, channel: StaticString, type: StaticString, members: @escaping @Sendable (inout JSONWriter) -> Void) {
            self.user = user
            self.channel = channel
            self.type = type
            self.members = members
        }
    }

    /// The topic of a user's personal messages.
    package static func topic(of user: UserID) -> String { "ws:user:\(user)" }

    /// Sends personal messages in order; losing them is acceptable, so nothing is thrown.
    package func send(_ messages: [Personal]) async {
        guard !messages.isEmpty else { return }
        let at = clock.now().millisecondsSinceUnixEpoch
        await publish(
            messages.map {
                Published(
                    topic: Self.topic(of: $0.user),
                    log: ResumeLog.key(of: $0.user, channel: $0.channel.description),
                    text: Self.encode($0, at: at)
                )
            }
        )
    }

    private static func encode(_ message: Personal, at: Int64) -> ByteBuffer {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("at")
        writer.integer(at)
        writer.name("channel")
        writer.string(message.channel.description)
        writer.name("data")
        writer.beginObject()
        writer.name("type")
        writer.string(message.type.description)
        message.members(&writer)
        writer.endObject()
        writer.endObject()
        return writer.buffer
    }
}
