import NIOCore

/// A client's side of an open socket.
final class ClientFrameHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var decoder: MessageDecoder
    private let answersPings: Bool
    private let answersClose: Bool
    private let onEvent: @Sendable (WebSocketEvent?) -> Void
    private var hasFailed = false
    /// What arrives before the HTTP handlers are gone: nothing may be answered through them.
    private var early: ByteBuffer? = ByteBuffer()
    private var context: ChannelHandlerContext?

    init(configuration: WebSocketClientConfiguration, onEvent: @escaping @Sendable (WebSocketEvent?) -> Void) {
        self.decoder = MessageDecoder(
            peerMasks: false,
            maxFrameSize: configuration.maxMessageSize,
            maxMessageSize: configuration.maxMessageSize
        )
        self.answersPings = configuration.answersPings
        self.answersClose = configuration.answersClose
        self.onEvent = onEvent
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    /// The HTTP handlers are gone.
    func start() {
        guard let context, let early else { return }
        self.early = nil
        self.receive(early, context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let input = Self.unwrapInboundIn(data)
        if self.early == nil {
            self.receive(input, context)
        } else {
            self.early?.writeImmutableBuffer(input)
        }
    }

    private func receive(_ input: ByteBuffer, _ context: ChannelHandlerContext) {
        guard !self.hasFailed else { return }
        var input = input
        do {
            while let event = try self.decoder.next(&input) {
                self.onEvent(event)
                self.answer(event, context)
            }
        } catch {
            self.hasFailed = true
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.onEvent(nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(_ event: WebSocketEvent, _ context: ChannelHandlerContext) {
        switch event {
        case .ping(let payload) where self.answersPings: self.send(.pong, payload, context)
        case .close(let code, _) where self.answersClose: self.send(.close, WebSocketFrames.closePayload(code, reason: ""), context)
        default: break
        }
    }

    private func send(_ opcode: WebSocketOpcode, _ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        let frame = WebSocketFrames.frame(opcode, payload: payload, mask: .random(in: 0 ... .max))
        context.writeAndFlush(Self.wrapOutboundOut(frame), promise: nil)
    }
}
