public import HTTPTypes
public import NIOCore

/// Why a client has no socket.
public enum WebSocketClientError: Error, Equatable, Sendable {
    /// Not a `ws://` URL.
    case invalidURL
    /// The server answered with an ordinary response.
    case refused(status: Int, headers: HTTPFields, body: ByteBuffer)
    /// The server answered 101 with wrong fields, or not with HTTP.
    case invalidHandshake
    /// No answer in time.
    case timeout
    /// The connection closed before the answer.
    case closed
}
