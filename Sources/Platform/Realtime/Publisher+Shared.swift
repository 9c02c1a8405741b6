package import API
package import GameRules
import NIOCore

extension Publisher {
    /// One message on a topic that every node listens to (spec 04 §9).
    package struct Shared: Sendable {
        let channel: StaticString
        let type: StaticString
        let user: UserID?
        let except: UserID?
        let members: @Sendable (inout JSONWriter) -> Void

        /// - Parameters:
        ///   - channel: the channel of the sockets that get it.
        ///   - user: the only one who gets it; nil for everybody.
        ///   - except: the one who does not.
        ///   - members: writes the message's members, into an open object.
        package init(
            channel: StaticString,
            type: StaticString,
            to user: UserID? = nil,
            except: UserID? = nil,
            members: @escaping @Sendable (inout JSONWriter) -> Void
        ) {
            self.channel = channel
            self.type = type
            self.user = user
            self.except = except
            self.members = members
        }

        var topic: String { "pubsub:\(type)" }

        func encode(at: Int64) -> ByteBuffer {
            var writer = JSONWriter()
            writer.beginObject()
            writer.name("at")
            writer.integer(at)
            if let user {
                writer.name("user_id")
                writer.integer(user.rawValue)
            }
            if let except {
                writer.name("except_user_id")
                writer.integer(except.rawValue)
            }
            members(&writer)
            writer.endObject()
            return writer.buffer
        }
    }

    /// Sends shared messages in order; losing them is acceptable, so nothing is thrown.
    package func send(_ messages: [Shared]) async {
        guard !messages.isEmpty else { return }
        let at = clock.now().millisecondsSinceUnixEpoch
        await publish(
            messages.map {
                Published(topic: $0.topic, log: ResumeLog.key(of: $0.user, channel: $0.channel.description), text: $0.encode(at: at))
            }
        )
    }
}
