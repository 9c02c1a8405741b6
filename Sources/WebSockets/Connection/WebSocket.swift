public import NIOCore

/// An open socket, as its handler and owner see it.
///
/// Sending is possible from any thread and free of locks on the socket's event loop. What is sent within one turn of the
/// loop goes out with one flush. After the socket closed, sending does nothing.
public final class WebSocket: Sendable {
    /// Fewer sockets of a loop than these hold bytes back at any moment: what was sent to earlier ones has been handed to the operating
    /// system, unless their peers do not read.
    public static let heldBackAtOnce = SocketLoop.longestUnflushed

    /// The loop on which the handler is called.
    public let eventLoop: any EventLoop
    private let channel: any Channel
    private let connection: NIOLoopBound<WebSocketConnection>

    init(_ connection: WebSocketConnection, channel: any Channel) {
        self.eventLoop = channel.eventLoop
        self.channel = channel
        self.connection = NIOLoopBound(connection, eventLoop: channel.eventLoop)
    }

    /// The peer's address; behind a proxy, the proxy's.
    public var remoteAddress: SocketAddress? { self.channel.remoteAddress }

    /// Whether fewer bytes wait than the high water mark. True does not mean that the peer reads. On the event loop only.
    public var isWritable: Bool { self.connection.value.isWritable }

    /// Bytes that wait to be taken by the operating system. On the event loop only.
    public var bytesBuffered: Int { self.connection.value.bytesBuffered }

    /// Sends bytes made by ``WebSocketFrames``: one buffer may be given to any number of sockets.
    public func send(frame: ByteBuffer) {
        if self.eventLoop.inEventLoop {
            self.connection.value.send(frame)
        } else {
            self.eventLoop.execute { self.connection.value.send(frame) }
        }
    }

    /// Hands what waits to the operating system now rather than at the end of the turn. On the event loop only.
    public func flush() { self.connection.value.flush() }

    /// Sends a text message.
    public func send(text: String) {
        self.send(frame: WebSocketFrames.text(text))
    }

    /// Sends a binary message.
    public func send(binary: ByteBuffer) {
        self.send(frame: WebSocketFrames.binary(binary))
    }

    /// Begins the closing handshake. Nothing is received or sent after it.
    public func close(_ code: WebSocketCloseCode = .normal, reason: String = "") {
        if self.eventLoop.inEventLoop {
            self.connection.value.close(code, reason: reason)
        } else {
            self.eventLoop.execute { self.connection.value.close(code, reason: reason) }
        }
    }
}

extension WebSocket: Hashable {
    /// Two values are the same socket only if they are the same object.
    public static func == (left: WebSocket, right: WebSocket) -> Bool { left === right }

    /// By identity.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(self))
    }
}
