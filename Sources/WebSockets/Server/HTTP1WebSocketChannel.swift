public import HummingbirdCore
public import Logging
public import NIOCore
public import NIOHTTPTypes

/// Serves HTTP/1 as Hummingbird's own `HTTP1Channel` does, and lets routes turn requests into WebSockets.
public struct HTTP1WebSocketChannel: HTTPChannelHandler {
    /// Hummingbird's view of a connection.
    public typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    /// The router, with ``WebSocketUpgrade/current`` set for upgrade requests.
    public let responder: HTTPChannelHandler.Responder
    private let server: WebSocketServer

    /// A channel whose requests go to `responder` and whose sockets belong to `server`.
    public init(responder: @escaping HTTPChannelHandler.Responder, server: WebSocketServer) {
        self.server = server
        self.responder = { request, writer, channel in
            guard let side = channel as? HTTPSideChannel, WebSocketHandshake.isRequested(by: request.head) else {
                return try await responder(request, writer, channel)
            }
            let upgrade = WebSocketUpgrade(request.head)
            side.offer(upgrade)
            // The writer cannot be captured and consumed, so it is taken out of an optional.
            var kept: ResponseWriter? = writer
            try await WebSocketUpgrade.$current.withValue(upgrade) {
                guard let writer = kept.take() else { return }
                try await responder(request, writer, channel)
            }
        }
    }

    /// Builds the pipeline of an accepted connection.
    public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let gate = HTTPGate(loop: self.server.loop(channel.eventLoop), configuration: self.server.http)
            let side = try gate.install(on: channel)
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: side,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
        }
    }

    /// Serves a connection's requests, until it closes or becomes a socket.
    public func handle(value: Value, logger: Logger) async {
        await self.handleHTTP(asyncChannel: value, logger: logger)
    }
}

extension HTTPServerBuilder {
    /// HTTP/1 with WebSockets, for Hummingbird's `Application(server:)`.
    public static func http1WithWebSockets(_ server: WebSocketServer = .init()) -> HTTPServerBuilder {
        .init { HTTP1WebSocketChannel(responder: $0, server: server) }
    }

    /// HTTP/1 with WebSockets of the given limits.
    public static func http1WithWebSockets(
        configuration: WebSocketConfiguration,
        http: HTTPConnectionConfiguration = .init()
    ) -> HTTPServerBuilder {
        self.http1WithWebSockets(WebSocketServer(configuration: configuration, http: http))
    }
}
