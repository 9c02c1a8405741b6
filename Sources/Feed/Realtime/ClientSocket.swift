import Accounts
import GameRules
import NIOCore
import WebSockets

/// One client's socket: its session, and the way to its owner's messages. Lives on one event loop.
final class ClientSocket: WebSocketHandler {
    private static let tooSlow = WebSocketCloseCode(4008)
    private static let tooManyFrames = WebSocketCloseCode(4029)

    let seat: SocketSeat
    /// The session it was opened with, by which it stands and falls.
    let session: SessionID
    /// Where it stands in ``LoopSockets``; nil when it does not.
    var place: Int?
    private let hub: Hub
    private let sockets: LoopSockets
    private var conversation = SocketSession()
    /// Channels whose whole state the client has not been sent since it subscribed.
    private var stateless = ChannelSet()
    private var socket: WebSocket?
    /// What waits for the client to read; nil for one that keeps up.
    private var backlog: OutboundQueue?
    /// The channels it resumes; nil for a client that never asked.
    private var resumes: [RealtimeChannel: ChannelResume]?

    init(seat: SocketSeat, session: SessionID, hub: Hub, sockets: LoopSockets) {
        self.seat = seat
        self.session = session
        self.hub = hub
        self.sockets = sockets
    }

    var channels: ChannelSet { conversation.channels }
    var resumedChannels: [RealtimeChannel] { resumes.map { Array($0.keys) } ?? [] }

    /// Bytes the client has not read yet, as far as they are kept here.
    var waitingBytes: Int { (backlog?.bytes ?? 0) + (socket?.bytesBuffered ?? 0) }

    /// Whether messages wait here for the client to read those before them.
    var isBehind: Bool { backlog != nil }

    func isSubscribed(to channel: RealtimeChannel) -> Bool { conversation.channels.contains(channel) }

    /// Whether the client has not had a channel's state yet; from now on it has.
    func takesState(of channel: RealtimeChannel) -> Bool {
        defer { stateless.remove(channel) }
        return stateless.contains(channel)
    }

    /// - Parameter frame: the message as every ordinary client gets it.
    /// - Returns: whether it goes to the client now; one that resumes may get it later, or have it already.
    func deliver(_ message: PublishedMessage, _ frame: ByteBuffer) -> Bool {
        guard resumes != nil, resumes?[message.channel] != nil else { return send(frame, message.queueing) }
        guard let position = resumes?[message.channel]?.received(message) else { return false }
        return send(resumed: message, position)
    }

    func close(_ code: WebSocketCloseCode) {
        backlog = nil
        socket?.close(code)
    }

    /// Messages may have been lost: those who resume get them from the logs, the others the whole state with the next tick.
    func catchUp() {
        for channel in RealtimeChannel.allCases where isSubscribed(to: channel) { stateless.insert(channel) }
        for channel in resumedChannels {
            resumes?[channel]?.restart()
            load(channel)
        }
    }

    // MARK: WebSocketHandler

    func opened(_ socket: WebSocket) {
        self.socket = socket
        sockets.insert(self)
    }

    func text(_ message: ByteBuffer) {
        let before = channels
        let action = conversation.received(message.readableBytesView, now: Self.milliseconds())
        hub.counts.subscribed(from: before, to: channels)
        perform(action)
    }

    func binary(_ message: ByteBuffer) {
        perform(conversation.receivedBinary(now: Self.milliseconds()))
    }

    func writabilityChanged(_ isWritable: Bool) {
        guard isWritable, let socket else { return }
        while socket.isWritable, let frame = backlog?.popFirst() {
            socket.send(frame: frame)
            if !socket.isWritable { socket.flush() }
        }
        if backlog?.isEmpty == true { backlog = nil }
    }

    func closed(_ code: WebSocketCloseCode) {
        socket = nil
        backlog = nil
        sockets.remove(self)
        hub.leave(seat)
        hub.counts.closed(code)
        hub.counts.subscribed(from: channels, to: ChannelSet())
    }

    private func perform(_ action: SocketSession.Action) {
        switch action {
        case .reply(let texts):
            for text in texts { send(text) }
        case .subscribed(let channels, let resume):
            for channel in channels {
                stateless.insert(channel)
                if let resume { begin(resume, channel) } else { end(channel) }
            }
            if resume == nil { for channel in channels { send(#"{"type":"subscribed","channel":"\#(channel.rawValue)"}"#) } }
        case .unsubscribed(let channels):
            for channel in channels {
                end(channel)
                send(#"{"type":"unsubscribed","channel":"\#(channel.rawValue)"}"#)
            }
        case .closeTooMany:
            close(Self.tooManyFrames)
        }
    }

    // MARK: sending

    private func send(_ text: String) { _ = send(WebSocketFrames.text(text), .kept) }

    /// Nothing may be missing between two positions, so nothing of what is resumed is dropped.
    private func send(resumed message: PublishedMessage, _ position: ResumePosition) -> Bool {
        send(WebSocketFrames.text(message.frameText(position.members)), .kept)
    }

    /// - Returns: whether the frame is written, or waits to be.
    private func send(_ frame: ByteBuffer, _ kind: OutboundClass) -> Bool {
        guard let socket else { return false }
        if backlog == nil {
            // A burst within one turn of the loop is not slowness.
            if !socket.isWritable { socket.flush() }
            if socket.isWritable {
                socket.send(frame: frame)
                return true
            }
            backlog = OutboundQueue()
        }
        switch backlog?.append(frame, kind) {
        case .queued(let dropped):
            if dropped > 0 { hub.counts.drop(.queueFull, dropped) }
            return true
        case .dropped: hub.counts.drop(.queueFull)
        case .overflow: close(Self.tooSlow)
        case nil: break
        }
        return false
    }

    // MARK: resuming

    private func begin(_ wish: ResumeWish, _ channel: RealtimeChannel) {
        let attempt = resumes?[channel].map { $0.attempt + 1 } ?? 0
        resumes = resumes ?? [:]
        resumes?[channel] = ChannelResume(wish, attempt: attempt)
        load(channel)
    }

    private func end(_ channel: RealtimeChannel) {
        guard resumes != nil else { return }
        resumes?[channel] = nil
        if resumes?.isEmpty == true { resumes = nil }
    }

    /// Reads the logs of a channel; what is published meanwhile waits.
    private func load(_ channel: RealtimeChannel) {
        guard let socket, let resume = resumes?[channel] else { return }
        let (attempt, position, user, reader) = (resume.attempt, resume.from, seat.user, hub.resumeReader)
        let own = NIOLoopBound(self, eventLoop: socket.eventLoop)
        Task {
            let logs = await reader.read(channel, of: user, after: position)
            socket.eventLoop.execute { own.value.loaded(channel, attempt, logs) }
        }
    }

    private func loaded(_ channel: RealtimeChannel, _ attempt: Int, _ logs: ResumeLogs?) {
        guard resumes?[channel]?.attempt == attempt, let outputs = resumes?[channel]?.loaded(logs) else { return }
        for output in outputs { perform(output, channel) }
    }

    private func perform(_ output: ChannelResume.Output, _ channel: RealtimeChannel) {
        switch output {
        case .acknowledge(let position):
            send(#"{"type":"subscribed","channel":"\#(channel.rawValue)",\#(position.members.dropLast())}"#)
        case .resync(let position):
            send(#"{"type":"resync","channel":"\#(channel.rawValue)",\#(position.members.dropLast())}"#)
        case .message(let message, let position):
            if send(resumed: message, position) { hub.counts.sent(message, to: 1) }
        case .unavailable(let messages, let acknowledges):
            end(channel)
            if acknowledges { send(#"{"type":"subscribed","channel":"\#(channel.rawValue)"}"#) }
            send(#"{"type":"resync","channel":"\#(channel.rawValue)"}"#)
            for message in messages {
                let isSent = send(WebSocketFrames.text(message.frameText()), message.queueing)
                if isSent { hub.counts.sent(message, to: 1) }
            }
        }
    }

    private static func milliseconds() -> Int64 { Int64(NIODeadline.now().uptimeNanoseconds / 1_000_000) }
}
