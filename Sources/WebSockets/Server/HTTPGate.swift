import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Stands at the end of a connection's pipeline and passes HTTP to and from the ``HTTPSideChannel`` on which Hummingbird works,
/// until a response accepts an upgrade: then it puts a ``WebSocketConnection`` in its place.
final class HTTPGate: ChannelDuplexHandler, RemovableChannelHandler, LoopMember {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    var place = -1
    private let loop: SocketLoop
    private let configuration: HTTPConnectionConfiguration
    private var state: HTTPConnectionState
    private var side: HTTPSideChannel?
    private var context: ChannelHandlerContext?
    private var codec: HTTPConnectionCodec?
    /// The parser stops at the end of the request being read.
    private var parserWillStop = false
    /// The parser stopped at a request for an upgrade that is not answered yet; reading waits for the answer.
    private var parserIsStopped = false
    private var owesRead = false
    /// Bytes of the request line that is arriving, or more once it is over.
    private var requestLineBytes = 0
    private var acceptance: WebSocketUpgrade.Acceptance?
    /// The response being written is final (not 1xx), so its end is the end of a request.
    private var responseIsFinal = true

    init(loop: SocketLoop, configuration: HTTPConnectionConfiguration) {
        self.loop = loop
        self.configuration = configuration
        self.state = HTTPConnectionState(
            headTimeout: configuration.headTimeout,
            idleTimeout: configuration.idleTimeout,
            now: loop.eventLoop.now
        )
    }

    /// Builds the connection's pipeline and returns the channel to serve HTTP on.
    func install(on connection: any Channel) throws -> HTTPSideChannel {
        let side = HTTPSideChannel(connection: connection, gate: self)
        self.side = side
        self.codec = try HTTPConnectionCodec(connection: connection, gate: self, configuration: self.configuration)
        try side.pipeline.syncOperations.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try side.pipeline.syncOperations.addHandlers(self.configuration.additionalChannelHandlers())
        return side
    }

    func sweep(_ now: NIODeadline) {
        self.perform(self.state.sweep(now))
    }

    // MARK: From the connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { self.begin() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.end()
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        self.begin()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end()
        context.fireChannelInactive()
    }

    /// Whether the bytes go on to the parser.
    func takesBytes(_ bytes: ByteBuffer) -> Bool {
        guard self.state.isServing else { return false }
        self.state.readBytes(endsRequestLine: self.endsRequestLine(bytes), now: self.loop.eventLoop.now)
        return true
    }

    /// Whether a request line of acceptable length ends in these bytes. One that has grown too long never counts as ended, however much of
    /// the request arrives at once.
    private func endsRequestLine(_ bytes: ByteBuffer) -> Bool {
        guard !self.state.isReadingBody else { return false }
        let view = bytes.readableBytesView
        guard let end = view.firstIndex(of: 0x0A) else {
            self.requestLineBytes += view.count
            return false
        }
        self.requestLineBytes += end - view.startIndex + 1
        return self.requestLineBytes <= self.configuration.maxRequestLineBytes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.state.isServing, let side else { return }
        switch Self.unwrapInboundIn(data) {
        case .head(var head):
            if let rejection = head.broken(limits: self.configuration) { return self.perform(self.state.reject(rejection)) }
            self.state.readHead()
            self.requestLineBytes = 0
            self.parserWillStop = head.stopsParser
            // RFC 9110 §7.8: Upgrade means nothing in HTTP/1.0.
            if head.version.minor == 0 { head.headers.remove(name: "upgrade") }
            side.pipeline.syncOperations.fireChannelRead(NIOAny(HTTPServerRequestPart.head(head)))
        case .body:
            side.pipeline.syncOperations.fireChannelRead(data)
        case .end:
            self.state.readEnd()
            if self.parserWillStop { self.stopParser(context) }
            side.pipeline.syncOperations.fireChannelRead(data)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.side?.pipeline.syncOperations.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.side?.pipeline.syncOperations.fireChannelWritabilityChanged()
    }

    /// The connection wants to read on: whether it does is for the side channel's back pressure to say.
    func read(context: ChannelHandlerContext) {
        guard self.state.isServing, let side else { return context.read() }
        side.pipeline.syncOperations.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            self.perform(self.state.quiesce())
        case ChannelEvent.inputClosed where !self.state.isServing:
            context.close(promise: nil)
        default:
            self.side?.pipeline.syncOperations.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let parserError = error as? HTTPParserError else {
            self.side?.pipeline.syncOperations.fireErrorCaught(error)
            return
        }
        switch self.state.failedParsing(isOverflow: parserError == .headerOverflow) {
        case .failRequest: self.side?.pipeline.syncOperations.fireErrorCaught(error)
        case let action: self.perform(action)
        }
    }

    // MARK: From the side channel

    func sideWrite(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch Self.unwrapOutboundIn(data) {
        case .head(var head):
            guard self.beginResponse(&head) else {
                promise?.fail(ChannelError.ioOnClosedChannel)
                return
            }
            context.write(Self.wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            context.write(data, promise: promise)
            if self.responseIsFinal { self.endResponse(context) }
        }
    }

    func sideFlush() { self.context?.flush() }

    func sideRead() {
        if self.parserIsStopped {
            self.owesRead = true
        } else {
            self.context?.read()
        }
    }

    func sideClose(mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard let context else {
            promise?.fail(ChannelError.alreadyClosed)
            return
        }
        context.close(mode: mode, promise: promise)
    }

    /// Looks at a response on its way out; false if it must not be written.
    private func beginResponse(_ head: inout HTTPResponseHead) -> Bool {
        self.responseIsFinal = head.status == .switchingProtocols || head.status.code >= 200
        guard self.responseIsFinal else { return true }
        let upgrade = self.side?.takeUpgrade()
        guard head.status == .switchingProtocols else {
            upgrade?.abandon()
            return true
        }
        guard let upgrade, let acceptance = upgrade.claim() else {
            self.reject(.unacceptedUpgrade)
            return false
        }
        self.acceptance = acceptance
        head.headers.remove(name: "content-length")
        head.headers.remove(name: "transfer-encoding")
        for field in upgrade.responseFields { head.headers.replaceOrAdd(name: field.name.rawName, value: field.value) }
        return true
    }

    private func endResponse(_ context: ChannelHandlerContext) {
        if self.acceptance != nil {
            // Not now: a handler of the side channel is on the stack.
            context.eventLoop.assumeIsolated().execute { self.switchToWebSocket() }
            return
        }
        let action = self.state.wroteResponse(now: self.loop.eventLoop.now)
        if action == .close { context.flush() }
        self.perform(action)
        self.restartParserIfAnswered()
    }

    private func stopParser(_ context: ChannelHandlerContext) {
        self.parserWillStop = false
        self.parserIsStopped = true
        guard self.state.isAnswered else { return }
        // The route answered before it had the whole request. Not now: the parser is on the stack.
        context.eventLoop.assumeIsolated().execute { self.restartParserIfAnswered() }
    }

    private func restartParserIfAnswered() {
        guard self.parserIsStopped, self.state.isServing, self.state.isAnswered, self.acceptance == nil else { return }
        self.parserIsStopped = false
        self.codec?.restartParser(eventLoop: self.loop.eventLoop) {
            self.side?.pipeline.syncOperations.fireChannelReadComplete()
        }
        guard self.owesRead else { return }
        self.owesRead = false
        self.context?.read()
    }

    // MARK: Parts

    private func begin() {
        self.loop.insert(self)
        self.side?.activate()
    }

    private func end() {
        self.loop.remove(self)
        self.side?.end()
        self.side = nil
        self.acceptance?.abandoned()
        self.acceptance = nil
    }

    private func perform(_ action: HTTPConnectionState.Action) {
        switch action {
        case .none, .failRequest: break
        case .close: self.context?.close(promise: nil)
        case .reject(let rejection): self.reject(rejection)
        }
    }

    /// Answers without the router. Only the sending half is closed at first: closing both with unread input would reset the
    /// connection, and the client might lose the answer.
    private func reject(_ rejection: HTTPRejection) {
        guard let context else { return }
        let content = self.configuration.rejectionContent(rejection)
        var head = HTTPResponse(status: rejection.status, headerFields: content.headers)
        head.headerFields[.contentLength] = String(content.body.readableBytes)
        head.headerFields[.connection] = "close"
        context.write(Self.wrapOutboundOut(.head(HTTPResponseHead(head))), promise: nil)
        if content.body.readableBytes > 0 { context.write(Self.wrapOutboundOut(.body(.byteBuffer(content.body))), promise: nil) }
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        context.close(mode: .output, promise: nil)
        self.state.linger(until: self.loop.eventLoop.now + self.configuration.lingerTimeout)
        self.side?.end()
        self.side = nil
        context.read()
    }

    private func switchToWebSocket() {
        guard let context, let acceptance, let codec, context.channel.isActive else { return }
        self.acceptance = nil
        context.flush()
        let channel = context.channel
        let socket = WebSocketConnection(loop: self.loop)
        do {
            try channel.pipeline.syncOperations.addHandler(socket)
            try Self.prepare(channel, self.loop.configuration)
        } catch {
            acceptance.abandoned()
            return context.close(promise: nil)
        }
        // The gate goes first, so that bytes the parser holds back reach the socket.
        channel.pipeline.syncOperations.removeHandler(self, promise: nil)
        // A socket may send, or be closed, while it opens.
        codec.stopEncoding()
        socket.open(acceptance.makeHandler())
        codec.stopParsing()
        channel.read()
    }

    private static func prepare(_ channel: any Channel, _ configuration: WebSocketConfiguration) throws {
        guard let options = channel.syncOptions else { return }
        try options.setOption(.allowRemoteHalfClosure, value: false)
        try options.setOption(.writeBufferWaterMark, value: configuration.writeBufferWaterMark)
        try options.setOption(
            .recvAllocator,
            value: FixedSizeRecvByteBufferAllocator(capacity: configuration.receiveBufferSize)
        )
    }
}
