import Accounts
import GameRules
import NIOCore
import WebSockets

/// The sockets of one event loop; touched on that loop only, so it needs no lock.
final class LoopSockets {
    private var byUser: [UserID: [ClientSocket]] = [:]

    func insert(_ socket: ClientSocket) {
        byUser[socket.user, default: []].append(socket)
    }

    func remove(_ socket: ClientSocket) {
        guard var sockets = byUser[socket.user] else { return }
        sockets.removeAll { $0 === socket }
        byUser[socket.user] = sockets.isEmpty ? nil : sockets
    }

    /// The sessions that have a socket here.
    var sessions: Set<SessionID> { Set(byUser.values.joined().map(\.session)) }

    /// Closes the sockets of sessions that ended.
    func close(_ sessions: Set<SessionID>, with code: WebSocketCloseCode) {
        for socket in byUser.values.joined() where sessions.contains(socket.session) { socket.close(code) }
    }

    /// The users one of whose sockets is subscribed to one of some channels, with these channels.
    func listeners(to channels: Set<RealtimeChannel>, where isMeant: (UserID) -> Bool) -> [UserID: Set<RealtimeChannel>] {
        var listeners: [UserID: Set<RealtimeChannel>] = [:]
        for (user, sockets) in byUser where isMeant(user) {
            let wanted = channels.filter { channel in sockets.contains { $0.isSubscribed(to: channel) } }
            if !wanted.isEmpty { listeners[user] = wanted }
        }
        return listeners
    }

    /// Sends a channel's whole state to a user's sockets that are subscribed, as each needs it.
    func send(state frame: ByteBuffer, of channel: RealtimeChannel, to user: UserID, isChanged: Bool) {
        for socket in byUser[user] ?? [] { socket.send(state: frame, of: channel, isChanged: isChanged) }
    }

    func forgetStates() {
        for socket in byUser.values.joined() { socket.forgetState() }
    }

    /// Sends an encoded frame to a user's sockets that are subscribed; notifications need no subscription.
    func send(_ frame: ByteBuffer, channel: RealtimeChannel, to user: UserID) {
        for socket in byUser[user] ?? [] where channel == .notifications || socket.isSubscribed(to: channel) { socket.send(frame) }
    }
}
