public import NIOCore
import NIOPosix

/// How a client connects and behaves.
public struct WebSocketClientConfiguration: Sendable {
    /// Where its connections live.
    public var eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    /// Time to connect and be answered.
    public var connectTimeout = TimeAmount.seconds(10)
    /// Largest message accepted, in bytes.
    public var maxMessageSize = 1024 * 1024
    /// Whether pings are answered.
    public var answersPings = true
    /// Whether a close frame is answered.
    public var answersClose = true
    /// Size of the receive buffer, in bytes.
    public var receiveBufferSize = 4096

    /// The defaults.
    public init() {}
}
