public import NIOCore

/// What an application does with one socket.
///
/// Every callback comes on the socket's event loop, so the handler needs no locks and must not block.
/// First ``opened(_:)``, last ``closed(_:)``, each exactly once.
public protocol WebSocketHandler: AnyObject {
    /// The upgrade is done: frames may be sent. Keep the socket; it is released after ``closed(_:)``.
    func opened(_ socket: WebSocket)
    /// A text message, valid UTF-8.
    func text(_ message: ByteBuffer)
    /// A binary message.
    func binary(_ message: ByteBuffer)
    /// The socket's write buffer passed its high water mark (false) or fell below the low one (true).
    func writabilityChanged(_ isWritable: Bool)
    /// The socket is closed: by the peer with its code, by this side with the code it gave, or without a closing handshake
    /// (``WebSocketCloseCode/abnormal``).
    func closed(_ code: WebSocketCloseCode)
}

extension WebSocketHandler {
    /// Ignored.
    public func binary(_ message: ByteBuffer) {}
    /// Ignored.
    public func writabilityChanged(_ isWritable: Bool) {}
}
