import Accounts
import GameRules
import NIOCore
import Platform
import WebSockets

/// The sockets of one event loop; touched on that loop only, so it needs no lock.
final class LoopSockets {
    private var byUser: [UserID: [ClientSocket]] = [:]

    func insert(_ socket: ClientSocket) {
        byUser[socket.seat.user, default: []].append(socket)
    }

    func remove(_ socket: ClientSocket) {
        guard var sockets = byUser[socket.seat.user] else { return }
        sockets.removeAll { $0 === socket }
        byUser[socket.seat.user] = sockets.isEmpty ? nil : sockets
    }

    /// All of them, for what happens rarely.
    var all: FlattenSequence<Dictionary<UserID, [ClientSocket]>.Values> { byUser.values.joined() }

    /// The sessions that have a socket here.
    var sessions: Set<SessionID> { Set(all.map(\.session)) }

    /// Closes the sockets of sessions that ended.
    func close(_ sessions: Set<SessionID>, with code: WebSocketCloseCode) {
        for socket in all where sessions.contains(socket.session) { socket.close(code) }
    }

    /// Closes the sockets of a user.
    func close(_ user: UserID, with code: WebSocketCloseCode) {
        for socket in byUser[user] ?? [] { socket.close(code) }
    }

    /// Hands a message to the sockets it is for; notifications need no subscription.
    /// - Returns: whether there was any.
    func deliver(_ message: PublishedMessage, _ frame: ByteBuffer) -> Bool {
        switch message.audience {
        case .user(let user):
            return deliver(message, frame, to: byUser[user] ?? [])
        case .all(let excepted):
            var isDelivered = false
            for (user, sockets) in byUser where user != excepted {
                if deliver(message, frame, to: sockets) { isDelivered = true }
            }
            return isDelivered
        }
    }

    private func deliver(_ message: PublishedMessage, _ frame: ByteBuffer, to sockets: [ClientSocket]) -> Bool {
        var isDelivered = false
        for socket in sockets where message.channel == .notifications || socket.isSubscribed(to: message.channel) {
            socket.deliver(message, frame)
            isDelivered = true
        }
        return isDelivered
    }

    /// Hands a user's state of a channel to the sockets that listen: if it has not changed, to those that have not had it.
    func deliverState(_ message: PublishedMessage, _ frame: ByteBuffer, to user: UserID, isChanged: Bool) {
        for socket in byUser[user] ?? [] where socket.isSubscribed(to: message.channel) {
            if socket.takesState(of: message.channel) || isChanged { socket.deliver(message, frame) }
        }
    }

    /// Users who listen to one of some channels, and to which of them.
    func listeners(to channels: Set<RealtimeChannel>, where isMeant: (UserID) -> Bool) -> [UserID: Set<RealtimeChannel>] {
        var found: [UserID: Set<RealtimeChannel>] = [:]
        for (user, sockets) in byUser where isMeant(user) {
            let heard = channels.filter { channel in sockets.contains { $0.isSubscribed(to: channel) } }
            if !heard.isEmpty { found[user] = heard }
        }
        return found
    }

    /// Messages may have been lost on the way here.
    func catchUp() {
        for socket in all { socket.catchUp() }
    }
}
