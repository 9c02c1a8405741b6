import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Asks for the upgrade and, when it is granted, puts a ``ClientFrameHandler`` in its place.
final class ClientHandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let handshake: ClientHandshake
    private let frames: ClientFrameHandler
    private let encoder: HTTPRequestEncoder
    private let decoder: ByteToMessageHandler<HTTPResponseDecoder>
    private let result: EventLoopPromise<WebSocketClient>
    private var response: HTTPResponseHead?
    private var body = ByteBuffer()

    private init(
        handshake: ClientHandshake,
        frames: ClientFrameHandler,
        encoder: HTTPRequestEncoder,
        decoder: ByteToMessageHandler<HTTPResponseDecoder>,
        result: EventLoopPromise<WebSocketClient>
    ) {
        (self.handshake, self.frames, self.encoder, self.decoder, self.result) = (handshake, frames, encoder, decoder, result)
    }

    static func install(
        on channel: any Channel,
        handshake: ClientHandshake,
        configuration: WebSocketClientConfiguration,
        result: EventLoopPromise<WebSocketClient>,
        onEvent: @escaping @Sendable (WebSocketEvent?) -> Void
    ) throws {
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
        let handler = ClientHandshakeHandler(
            handshake: handshake,
            frames: ClientFrameHandler(configuration: configuration, onEvent: onEvent),
            encoder: encoder,
            decoder: decoder,
            result: result
        )
        try channel.pipeline.syncOperations.addHandlers([encoder, decoder, handler])
    }

    func channelActive(context: ChannelHandlerContext) {
        context.write(Self.wrapOutboundOut(.head(self.handshake.request)), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            self.response = head
        case .body(let part):
            guard self.body.readableBytes < 64 * 1024 else { return context.close(promise: nil) }
            self.body.writeImmutableBuffer(part)
        case .end:
            // Not now: the decoder, which is to be removed, is on the stack.
            context.eventLoop.assumeIsolated().execute { self.finish(context) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.result.fail(WebSocketClientError.closed)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.result.fail(error is HTTPParserError ? WebSocketClientError.invalidHandshake : error)
        context.close(promise: nil)
    }

    private func finish(_ context: ChannelHandlerContext) {
        guard let response, context.channel.isActive else { return }
        let fields = HTTPFields(response.headers, splitCookie: false)
        guard response.status == .switchingProtocols else {
            let status = Int(response.status.code)
            self.result.fail(WebSocketClientError.refused(status: status, headers: fields, body: self.body))
            return context.close(promise: nil)
        }
        guard self.handshake.accepts(response) else {
            self.result.fail(WebSocketClientError.invalidHandshake)
            return context.close(promise: nil)
        }
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(self.frames)
        } catch {
            self.result.fail(error)
            return context.close(promise: nil)
        }
        let client = WebSocketClient(channel: context.channel, responseHeaders: fields)
        pipeline.removeHandler(self, promise: nil)
        pipeline.removeHandler(self.encoder, promise: nil)
        let removed = context.eventLoop.makePromise(of: Void.self)
        pipeline.removeHandler(self.decoder, promise: removed)
        removed.futureResult.assumeIsolated().whenComplete { _ in
            self.result.succeed(client)
            self.frames.start()
        }
    }
}
