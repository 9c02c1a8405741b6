package import Feed
package import GameRules

/// The sockets of this node, as the aggregator needs them.
package protocol LiveAudience: Sendable {
    /// The users with a socket here that is subscribed to one of some channels, with these channels.
    func listeners(
        to channels: Set<RealtimeChannel>,
        where isMeant: @escaping @Sendable (UserID) -> Bool
    ) async -> [UserID: Set<RealtimeChannel>]

    /// Writes states to the sockets that are subscribed: to all of them what has changed, what has not to those only that have not had it
    /// since they subscribed.
    func send(_ states: [Hub.ChannelState]) async
}

extension Hub: LiveAudience {}
