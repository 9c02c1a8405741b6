import NIOCore

/// The channel handler of an upgraded connection: performs what ``MessageDecoder`` and ``WebSocketLifecycle`` decide.
///
/// Touched only on its event loop. Holds no buffer, task or timer while idle.
final class WebSocketConnection: ChannelInboundHandler, LoopMember {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    var place = -1
    private let loop: SocketLoop
    private var decoder: MessageDecoder
    private var lifecycle: WebSocketLifecycle
    private var handler: (any WebSocketHandler)?
    private var context: ChannelHandlerContext?
    private var outlet: SocketOutlet?
    /// The one frame of this turn of the loop, while nothing waits in the channel.
    private var single: ByteBuffer?
    /// Bytes the channel was given.
    private var bytesWritten = 0
    /// Bytes given to the channel may still wait in it.
    private var isDraining = false
    private var needsFlush = false
    /// The answer to the newest ping that came while the peer did not read; older ones need none (RFC 6455 §5.5.3).
    private var owedPong: ByteBuffer?
    private var closeCode = WebSocketCloseCode.abnormal

    private static let ping = WebSocketFrames.frame(.ping, payload: ByteBuffer())

    init(loop: SocketLoop) {
        self.loop = loop
        let limits = loop.configuration
        self.decoder = MessageDecoder(peerMasks: true, maxFrameSize: limits.maxFrameSize, maxMessageSize: limits.maxMessageSize)
        self.lifecycle = WebSocketLifecycle(now: loop.eventLoop.now)
    }

    /// The HTTP handlers are gone: the socket is open.
    func open(_ handler: any WebSocketHandler) {
        guard let context, self.lifecycle.isOpen else { return }
        self.handler = handler
        self.outlet = SocketOutlet(context.channel)
        handler.opened(WebSocket(self, channel: context.channel))
        self.loop.insert(self)
    }

    // MARK: What the owner asks

    /// Whether fewer bytes wait than the high water mark.
    var isWritable: Bool { !self.isDraining || self.context?.channel.isWritable == true }

    var bytesBuffered: Int { self.bytesInChannel + (self.single?.readableBytes ?? 0) }

    func send(_ frame: ByteBuffer) {
        guard self.lifecycle.isOpen else { return }
        self.write(frame)
    }

    func close(_ code: WebSocketCloseCode, reason: String) {
        guard self.lifecycle.beginClosing(now: self.loop.eventLoop.now, timeout: self.loop.configuration.closeTimeout) else { return }
        self.closeCode = code
        self.write(WebSocketFrames.close(code, reason: reason))
    }

    func flush() {
        self.needsFlush = false
        if var frame = self.single {
            self.single = nil
            frame.moveReaderIndex(forwardBy: self.outlet?.send(frame) ?? 0)
            guard frame.readableBytes > 0 else { return }
            self.give(frame)
        }
        self.context?.flush()
        self.noteProgress(self.loop.eventLoop.now)
    }

    func sweep(_ now: NIODeadline) {
        self.noteProgress(now)
        switch self.lifecycle.sweep(now, isStalling: self.isDraining, self.loop.configuration) {
        case .none: break
        case .ping: self.write(Self.ping)
        case .close(let code): self.close(code, reason: "")
        case .drop: self.context?.close(promise: nil)
        }
    }

    // MARK: What the peer does

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.end()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var input = Self.unwrapInboundIn(data)
        do {
            while self.handler != nil, let event = try self.decoder.next(&input) {
                self.lifecycle.heard(self.loop.eventLoop.now)
                self.receive(event, context)
            }
        } catch {
            self.fail(error, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end()
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, let payload = self.owedPong {
            self.owedPong = nil
            self.send(WebSocketFrames.frame(.pong, payload: payload))
        }
        self.handler?.writabilityChanged(context.channel.isWritable)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            _ = self.loop.close(.goingAway, reason: "", over: self.loop.configuration.shutdownSpread)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func receive(_ event: WebSocketEvent, _ context: ChannelHandlerContext) {
        switch event {
        case .text(let message) where self.lifecycle.isOpen: self.handler?.text(message)
        case .binary(let message) where self.lifecycle.isOpen: self.handler?.binary(message)
        case .ping(let payload) where context.channel.isWritable: self.send(WebSocketFrames.frame(.pong, payload: payload))
        case .ping(let payload): self.owedPong = payload
        case .text, .binary, .pong: break
        case .close(let code, _): self.receiveClose(code, context)
        }
    }

    /// Answers a close frame with its code, then ends the connection: the server does it first (RFC 6455 §7.1.1).
    private func receiveClose(_ code: WebSocketCloseCode, _ context: ChannelHandlerContext) {
        self.sendLast(code, context)
    }

    /// Fails the connection (RFC 6455 §7.1.7).
    private func fail(_ error: WebSocketProtocolError, _ context: ChannelHandlerContext) {
        self.sendLast(error.closeCode, context)
    }

    /// Sends a close frame unless one was sent, and then nothing more. Only the sending half is closed: closing both with unread input would
    /// reset the connection, and the peer might lose what was sent last. The peer's end, or the time for it, closes the rest.
    private func sendLast(_ code: WebSocketCloseCode, _ context: ChannelHandlerContext) {
        if self.lifecycle.beginClosing(now: self.loop.eventLoop.now, timeout: self.loop.configuration.closeTimeout) {
            self.closeCode = code
            self.write(WebSocketFrames.close(code))
        }
        self.finish()
        self.flush()
        context.close(mode: .output, promise: nil)
    }

    // MARK: Parts

    /// Most turns have one frame for a socket and find nothing waiting: that frame needs none of the channel's queue.
    private func write(_ frame: ByteBuffer) {
        if let first = self.single {
            self.single = nil
            self.give(first)
            self.give(frame)
        } else if self.isDraining {
            self.give(frame)
        } else {
            self.single = frame
        }
        guard !self.needsFlush else { return }
        self.needsFlush = true
        self.loop.flushSoon(self)
    }

    private func give(_ frame: ByteBuffer) {
        guard let context else { return }
        if !self.isDraining {
            self.isDraining = true
            self.lifecycle.beganWriting(self.loop.eventLoop.now)
        }
        self.bytesWritten += frame.readableBytes
        context.write(Self.wrapOutboundOut(frame), promise: nil)
    }

    private func noteProgress(_ now: NIODeadline) {
        guard self.isDraining else { return }
        let outstanding = self.bytesInChannel
        self.lifecycle.wrote(drained: self.bytesWritten - outstanding, outstanding: outstanding, now: now)
        self.isDraining = outstanding > 0
    }

    private var bytesInChannel: Int {
        (try? self.context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// Tells the handler, once, and lets it go.
    private func finish() {
        guard let handler else { return }
        self.handler = nil
        handler.closed(self.closeCode)
    }

    private func end() {
        guard self.lifecycle.end() else { return }
        self.loop.remove(self)
        self.outlet = nil
        self.single = nil
        self.finish()
    }
}
