public import NIOCore

/// A message published on a channel.
public struct RedisMessage: Sendable, Equatable {
    /// The channel.
    public let channel: String
    /// What was published; shares the storage of the read it came with.
    public let payload: ByteBuffer

    init?(_ frame: RESPFrame) {
        let message = try? frame.withReader { reader throws(RESPDecodingError) -> RedisMessage? in
            guard try reader.elements() == 3 else { return nil }
            let kind: StaticString = "message"
            guard kind.matches(reader.content(of: try reader.stringToken())) else { return nil }
            let channel = try reader.string()
            let payload = try reader.stringToken()
            return RedisMessage(channel: channel, payload: try reader.slice(payload.lower, payload.upper))
        }
        guard let message = message ?? nil else { return nil }
        self = message
    }

    /// A message.
    public init(channel: String, payload: ByteBuffer) {
        self.channel = channel
        self.payload = payload
    }
}

/// What a subscriber hears.
public enum RedisSubscriberEvent: Sendable, Equatable {
    case message(RedisMessage)
    /// The connection had been lost and all subscriptions are in force again; whatever was published meanwhile has been missed.
    case reconnected
    /// The reader was too slow and that many of the oldest events were dropped.
    case dropped(Int)
}
