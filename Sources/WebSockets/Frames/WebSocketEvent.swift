public import NIOCore

/// A whole message or control frame, as the peer sent it.
public enum WebSocketEvent: Equatable, Sendable {
    /// A text message: valid UTF-8, fragments joined.
    case text(ByteBuffer)
    /// A binary message, fragments joined.
    case binary(ByteBuffer)
    /// A ping and the payload its pong must repeat.
    case ping(ByteBuffer)
    /// A pong.
    case pong(ByteBuffer)
    /// A close frame; without payload its code is ``WebSocketCloseCode/noStatus``.
    case close(WebSocketCloseCode, reason: String)
}
