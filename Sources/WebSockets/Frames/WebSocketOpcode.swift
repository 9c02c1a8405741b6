/// What a frame carries (RFC 6455 §5.2).
public enum WebSocketOpcode: UInt8, Sendable {
    /// A further piece of the message begun by an unfinished text or binary frame.
    case continuation = 0x0
    /// UTF-8 text.
    case text = 0x1
    /// Bytes.
    case binary = 0x2
    /// Start or answer of the closing handshake.
    case close = 0x8
    /// Question whether the peer is alive.
    case ping = 0x9
    /// Answer to a ping.
    case pong = 0xA

    /// Control frames are never fragmented, carry at most 125 bytes and may stand between the fragments of a message.
    public var isControl: Bool { self.rawValue & 0x8 != 0 }
}
