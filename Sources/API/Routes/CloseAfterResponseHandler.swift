public import NIOCore
public import NIOHTTPTypes
import HTTPTypes

/// Closes a connection after an answer that says `Connection: close`, which Hummingbird by itself only does when the client asked for it.
///
/// The server's side is closed first and what still arrives is dropped, up to a limit, so that the client can read the answer instead of
/// meeting a reset. Add one per connection: `HTTP1Channel.Configuration(additionalChannelHandlers: [CloseAfterResponseHandler()])`.
public final class CloseAfterResponseHandler: ChannelDuplexHandler, RemovableChannelHandler {
    /// Request parts.
    public typealias InboundIn = HTTPRequestPart
    /// Request parts.
    public typealias InboundOut = HTTPRequestPart
    /// Response parts.
    public typealias OutboundIn = HTTPResponsePart
    /// Response parts.
    public typealias OutboundOut = HTTPResponsePart

    private enum State {
        case open
        /// The answer being written is the last one.
        case lastResponse
        /// Our side is closed; so many bytes of the request were dropped since.
        case closing(droppedBytes: Int)
    }

    private var state = State.open
    private let maximumDroppedBytes: Int

    /// A handler for one connection.
    ///
    /// - Parameter maximumDroppedBytes: how much of an unwanted body is taken from the wire before the connection is cut.
    public init(maximumDroppedBytes: Int = 1 << 20) {
        self.maximumDroppedBytes = maximumDroppedBytes
    }

    /// Watches for the last answer and closes behind it.
    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch (unwrapOutboundIn(data), state) {
        case (.head(let head), .open):
            if head.headerFields[.connection]?.lowercased() == "close" { state = .lastResponse }
            context.write(data, promise: promise)
        case (.end, .lastResponse):
            state = .closing(droppedBytes: 0)
            let channel = context.channel
            context.writeAndFlush(data).assumeIsolated().whenComplete { _ in
                channel.close(mode: .output, promise: nil)
                promise?.succeed()
            }
        default: context.write(data, promise: promise)
        }
    }

    /// Drops what arrives after the last answer.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .closing(let droppedBytes) = state else { return context.fireChannelRead(data) }
        guard case .body(let bytes) = unwrapInboundIn(data) else { return context.close(promise: nil) }
        let total = droppedBytes + bytes.readableBytes
        state = .closing(droppedBytes: total)
        if total > maximumDroppedBytes { context.close(promise: nil) }
    }
}
