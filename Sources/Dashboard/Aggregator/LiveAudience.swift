package import Feed
package import GameRules
package import NIOCore

/// The sockets of this node, as the aggregator needs them.
package protocol LiveAudience: Sendable {
    /// Users with a socket here that is subscribed to one of some channels.
    func listeners(to channels: Set<RealtimeChannel>, where isMeant: @Sendable @escaping (UserID) -> Bool) async -> [LiveListener]

    /// Writes messages to the sockets that are subscribed: to all of them what has changed, to those only that have not had the channel's
    /// state since they subscribed what has not.
    func send(_ messages: [LiveMessage]) async
}

/// A user with sockets here, and what they listen to.
package struct LiveListener: Sendable, Equatable {
    package let user: UserID
    package let channels: Set<RealtimeChannel>

    package init(user: UserID, channels: Set<RealtimeChannel>) {
        self.user = user
        self.channels = channels
    }
}

/// A message that tells a user the whole state of something.
package struct LiveMessage: Sendable, Equatable {
    package let user: UserID
    package let channel: RealtimeChannel
    /// An object with a member `type`.
    package let data: ByteBuffer
    /// Whether it says anything that the last message of the kind did not.
    package let isChanged: Bool
}
