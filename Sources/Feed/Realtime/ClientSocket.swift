import Accounts
import GameRules
import NIOCore
import WebSockets

/// One client's socket: its session, and the way to its owner's messages. Lives on one event loop.
final class ClientSocket: WebSocketHandler {
    /// Bytes a client may leave unread before it is closed as too slow (spec 04 §7.4).
    private static let maximumBacklog = 1 << 20
    private static let tooSlow = WebSocketCloseCode(4008)
    private static let tooManyFrames = WebSocketCloseCode(4029)

    let user: UserID
    /// The session it was opened with, by which it stands and falls.
    let session: SessionID
    private let hub: Hub
    private let sockets: LoopSockets
    private var conversation: SocketSession
    private var socket: WebSocket?
    /// Channels whose whole state has been sent since they were subscribed.
    private var informed = ChannelSet()

    init(user: UserID, session: SessionID, hub: Hub, sockets: LoopSockets) {
        self.user = user
        self.session = session
        self.hub = hub
        self.sockets = sockets
        conversation = SocketSession(now: Self.milliseconds())
    }

    func isSubscribed(to channel: RealtimeChannel) -> Bool { conversation.channels.contains(channel) }

    func send(_ frame: ByteBuffer) {
        guard let socket else { return }
        guard socket.bytesBuffered + frame.readableBytes <= Self.maximumBacklog else { return socket.close(Self.tooSlow) }
        socket.send(frame: frame)
    }

    /// Sends a channel's whole state if it has changed or was never sent since the subscription.
    func send(state frame: ByteBuffer, of channel: RealtimeChannel, isChanged: Bool) {
        guard isSubscribed(to: channel), isChanged || !informed.contains(channel) else { return }
        informed.insert(channel)
        send(frame)
    }

    /// From here on the whole state is sent again, even if it has not changed.
    func forgetState() { informed = ChannelSet() }

    func close(_ code: WebSocketCloseCode) { socket?.close(code) }

    // MARK: WebSocketHandler

    func opened(_ socket: WebSocket) {
        self.socket = socket
        sockets.insert(self)
    }

    func text(_ message: ByteBuffer) {
        perform(conversation.received(message.readableBytesView, now: Self.milliseconds()))
        informed.formIntersection(conversation.channels)
    }

    func binary(_ message: ByteBuffer) {
        perform(conversation.receivedBinary(now: Self.milliseconds()))
    }

    func closed(_ code: WebSocketCloseCode) {
        socket = nil
        sockets.remove(self)
        hub.leave(user)
    }

    private func perform(_ action: SocketSession.Action) {
        switch action {
        case .reply(let texts):
            for text in texts { socket?.send(text: text) }
        case .closeTooMany:
            socket?.close(Self.tooManyFrames)
        }
    }

    private static func milliseconds() -> Int64 { Int64(NIODeadline.now().uptimeNanoseconds / 1_000_000) }
}
