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

    /// Sends an encoded frame to a user's sockets that are subscribed; notifications need no subscription.
    func send(_ frame: ByteBuffer, channel: RealtimeChannel, to user: UserID) {
        for socket in byUser[user] ?? [] where channel == .notifications || socket.isSubscribed(to: channel) { socket.send(frame) }
    }
}
