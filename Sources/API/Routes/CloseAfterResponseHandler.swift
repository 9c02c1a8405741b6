import HTTPTypes
public import NIOCore
public import NIOHTTPTypes

/// Bounds what a client may still send once it has its answer.
///
/// A connection whose answer says `Connection: close` is closed behind it, which Hummingbird by itself only does when the client asked for
/// it: the server's side first, and what still arrives is dropped, so that the client can read the answer instead of meeting a reset. On
/// other connections the rest of a body that was answered before it was complete is dropped too, but only so much of it and only so long.
/// Add one per connection: `HTTP1Channel.Configuration(additionalChannelHandlers: [CloseAfterResponseHandler()])`.
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
    /// Requests whose head has arrived and whose body has not ended: at most one.
    private var isReceiving = false
    /// Requests that arrived and are not answered yet.
    private var unanswered = 0
    /// How much of an answered request's body was dropped; nil while no body is unwanted.
    private var unwantedBytes: Int?
    private var patience: Scheduled<Void>?
    private let maximumDroppedBytes: Int
    private let maximumDropTime: TimeAmount

    /// A handler for one connection.
    ///
    /// - Parameters:
    ///   - maximumDroppedBytes: how much of an unwanted body is taken from the wire before the connection is cut.
    ///   - maximumDropTime: how long an unwanted body may go on.
    public init(maximumDroppedBytes: Int = 1 << 20, maximumDropTime: TimeAmount = .seconds(10)) {
        self.maximumDroppedBytes = maximumDroppedBytes
        self.maximumDropTime = maximumDropTime
    }

    /// Watches for the last answer and closes behind it.
    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            if case .open = state, head.headerFields[.connection]?.lowercased() == "close" { state = .lastResponse }
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            answered(context)
            guard case .lastResponse = state else { return context.write(data, promise: promise) }
            state = .closing(droppedBytes: 0)
            let channel = context.channel
            context.writeAndFlush(data).assumeIsolated().whenComplete { _ in
                channel.close(mode: .output, promise: nil)
                promise?.succeed()
            }
        }
    }

    /// Drops what arrives after the last answer, and counts what nobody waits for.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if case .closing(let droppedBytes) = state {
            guard case .body(let bytes) = part else { return context.close(promise: nil) }
            let total = droppedBytes + bytes.readableBytes
            state = .closing(droppedBytes: total)
            if total > maximumDroppedBytes { context.close(promise: nil) }
            return
        }
        switch part {
        case .head:
            isReceiving = true
            unanswered += 1
        case .body(let bytes):
            guard let dropped = unwantedBytes else { break }
            unwantedBytes = dropped + bytes.readableBytes
            guard dropped + bytes.readableBytes <= maximumDroppedBytes else { return context.close(promise: nil) }
        case .end:
            isReceiving = false
            settle()
        }
        context.fireChannelRead(data)
    }

    /// Forgets the timer with the connection.
    public func channelInactive(context: ChannelHandlerContext) {
        settle()
        context.fireChannelInactive()
    }

    /// Forgets the timer with the handler.
    public func handlerRemoved(context: ChannelHandlerContext) { settle() }

    private func answered(_ context: ChannelHandlerContext) {
        unanswered = max(0, unanswered - 1)
        guard unanswered == 0, isReceiving else { return }
        if unwantedBytes == nil { unwantedBytes = 0 }
        let channel = context.channel
        patience?.cancel()
        patience = context.eventLoop.scheduleTask(in: maximumDropTime) { channel.close(promise: nil) }
    }

    private func settle() {
        unwantedBytes = nil
        patience?.cancel()
        patience = nil
    }
}
