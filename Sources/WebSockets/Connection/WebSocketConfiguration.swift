public import NIOCore

/// Limits and times of a server's sockets.
public struct WebSocketConfiguration: Sendable {
    /// Largest frame payload, in bytes; larger ones close with 1009.
    public var maxFrameSize = 64 * 1024
    /// Largest message, in bytes, all fragments together; larger ones close with 1009.
    public var maxMessageSize = 64 * 1024
    /// Time between protocol pings to a socket.
    public var pingInterval = TimeAmount.seconds(30)
    /// A socket from which no whole frame came for this long is dropped (1006).
    public var deadAfter = TimeAmount.seconds(60)
    /// How long the peer may take to answer a close frame before the connection is dropped.
    public var closeTimeout = TimeAmount.seconds(5)
    /// A socket that takes no byte for this long although some are waiting is closed with ``writeStallCode``; nil never closes
    /// one for that.
    public var writeStallTimeout: TimeAmount?
    /// Close code of a stalled socket.
    public var writeStallCode = WebSocketCloseCode.policyViolation
    /// Waiting bytes at which a socket stops and starts again to be writable.
    public var writeBufferWaterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 16 * 1024, high: 64 * 1024)
    /// Receive buffer of a socket, in bytes. Each socket that ever received something keeps one.
    public var receiveBufferSize = 1024
    /// When the server shuts down by itself, the time over which its sockets are closed with 1001.
    public var shutdownSpread = TimeAmount.zero
    /// How often each event loop looks at all its connections: the precision of all times here.
    public var sweepInterval = TimeAmount.seconds(1)

    /// The defaults.
    public init() {}
}
