public import HTTPTypes
public import NIOCore
import NIOHTTP1
import NIOPosix

/// A small WebSocket client for tests, load generators and command-line tools: `ws://` only, no extensions.
public final class WebSocketClient: Sendable {
    /// The connection.
    public let channel: any Channel
    /// The fields of the 101 response.
    public let responseHeaders: HTTPFields

    init(channel: any Channel, responseHeaders: HTTPFields) {
        self.channel = channel
        self.responseHeaders = responseHeaders
    }

    /// Connects with a callback, which costs no task per socket.
    ///
    /// - Parameters:
    ///   - url: `ws://host:port/path?query`.
    ///   - headers: Fields to add to the request, or to replace the handshake's own with.
    ///   - configuration: Where and how.
    ///   - onEvent: Called on the event loop with everything the server sends; nil when the connection has ended.
    /// - Throws: ``WebSocketClientError``, or NIO's error if no connection comes about.
    public static func connect(
        to url: String,
        headers: HTTPFields = [:],
        configuration: WebSocketClientConfiguration = .init(),
        onEvent: @escaping @Sendable (WebSocketEvent?) -> Void
    ) async throws -> WebSocketClient {
        let url = try WebSocketURL(parsing: url)
        let result = configuration.eventLoopGroup.next().makePromise(of: WebSocketClient.self)
        let handshake = ClientHandshake(url: url, headers: headers)
        do {
            let channel = try await ClientBootstrap(group: result.futureResult.eventLoop)
                .connectTimeout(configuration.connectTimeout)
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: configuration.receiveBufferSize))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try ClientHandshakeHandler.install(
                            on: channel,
                            handshake: handshake,
                            configuration: configuration,
                            result: result,
                            onEvent: onEvent
                        )
                    }
                }
                .connect(host: url.host, port: url.port).get()
            let timeout = channel.eventLoop.scheduleTask(in: configuration.connectTimeout) {
                result.fail(WebSocketClientError.timeout)
                channel.close(promise: nil)
            }
            defer { timeout.cancel() }
            return try await result.futureResult.get()
        } catch {
            result.fail(error)
            throw error
        }
    }

    /// Connects and collects what the server sends for ``WebSocketClientSession/next()``.
    public static func session(
        to url: String,
        headers: HTTPFields = [:],
        configuration: WebSocketClientConfiguration = .init()
    ) async throws -> WebSocketClientSession {
        let (events, continuation) = AsyncStream.makeStream(of: WebSocketEvent.self)
        let client = try await self.connect(to: url, headers: headers, configuration: configuration) { event in
            if let event { continuation.yield(event) } else { continuation.finish() }
        }
        return WebSocketClientSession(client: client, events: events)
    }

    /// Sends a text message.
    public func send(text: String) {
        self.send(.text, payload: ByteBuffer(string: text))
    }

    /// Sends a binary message.
    public func send(binary: ByteBuffer) {
        self.send(.binary, payload: binary)
    }

    /// Sends one frame, masked, also an invalid one.
    public func send(_ opcode: WebSocketOpcode, payload: ByteBuffer = ByteBuffer(), isFinal: Bool = true) {
        self.send(raw: WebSocketFrames.frame(opcode, payload: payload, isFinal: isFinal, mask: .random(in: 0 ... .max)))
    }

    /// Sends bytes as they are.
    public func send(raw bytes: ByteBuffer) {
        self.channel.writeAndFlush(bytes, promise: nil)
    }

    /// Sends a close frame; the server then ends the connection.
    public func close(_ code: WebSocketCloseCode = .normal, reason: String = "") {
        self.send(.close, payload: WebSocketFrames.closePayload(code, reason: reason))
    }

    /// Ends the connection without a close frame.
    public func disconnect() {
        self.channel.close(promise: nil)
    }

    /// Returns when the connection has ended.
    public func waitForEnd() async {
        try? await self.channel.closeFuture.get()
    }
}
