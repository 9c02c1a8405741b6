import Accounts
import GameRules
import NIOCore
import Platform
import WebSockets

/// The sockets of one event loop; touched on that loop only, so it needs no lock.
final class LoopSockets {
    /// In no order; each knows its place.
    private(set) var all: [ClientSocket] = []
    private var byUser: [UserID: [ClientSocket]] = [:]

    func insert(_ socket: ClientSocket) {
        socket.place = all.count
        all.append(socket)
        byUser[socket.seat.user, default: []].append(socket)
    }

    func remove(_ socket: ClientSocket) {
        guard let place = socket.place, let last = all.popLast() else { return }
        if last !== socket {
            all[place] = last
            last.place = place
        }
        socket.place = nil
        guard var sockets = byUser[socket.seat.user] else { return }
        sockets.removeAll { $0 === socket }
        byUser[socket.seat.user] = sockets.isEmpty ? nil : sockets
    }

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

    /// To how many sockets a message went.
    struct Delivery {
        var sockets = 0
        /// Of these, the ones whose bytes may wait for the end of this turn of the loop.
        var heldBack = 0
    }

    /// Hands a message to the sockets it is for; notifications need no subscription.
    /// - Parameter written: told on the way that so many more sockets have been written to; those of clients that do not keep up are not among
    ///   them.
    func deliver(_ message: PublishedMessage, _ frame: ByteBuffer, written: (Int) -> Void = { _ in }) -> Delivery {
        switch message.audience {
        case .user(let user): deliver(message, frame, to: byUser[user] ?? [], except: nil, written)
        case .all(let excepted): deliver(message, frame, to: all, except: excepted, written)
        }
    }

    private func deliver(
        _ message: PublishedMessage,
        _ frame: ByteBuffer,
        to sockets: [ClientSocket],
        except user: UserID?,
        _ written: (Int) -> Void
    ) -> Delivery {
        let group = WebSocket.heldBackAtOnce
        var delivery = Delivery()
        for socket in sockets where message.channel == .notifications || socket.isSubscribed(to: message.channel) {
            guard socket.seat.user != user, socket.deliver(message, frame) else { continue }
            delivery.sockets += 1
            guard !socket.isBehind else { continue }
            delivery.heldBack += 1
            guard delivery.heldBack == 2 * group else { continue }
            written(group)
            delivery.heldBack = group
        }
        return delivery
    }

    /// Hands a user's state of a channel to the sockets that listen: if it has not changed, to those that have not had it.
    /// - Returns: to how many.
    func deliverState(_ message: PublishedMessage, _ frame: ByteBuffer, to user: UserID, isChanged: Bool) -> Int {
        var count = 0
        for socket in byUser[user] ?? [] where socket.isSubscribed(to: message.channel) {
            guard socket.takesState(of: message.channel) || isChanged else { continue }
            if socket.deliver(message, frame) { count += 1 }
        }
        return count
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
