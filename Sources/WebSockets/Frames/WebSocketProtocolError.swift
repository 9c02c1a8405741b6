/// A way in which a peer's bytes break RFC 6455 or the limits set here. Each fails the connection with ``closeCode``.
public enum WebSocketProtocolError: Error, Equatable, Sendable {
    /// A reserved bit is set although no extension was agreed.
    case reservedBits
    /// An opcode the RFC leaves reserved.
    case unknownOpcode
    /// A control frame without FIN.
    case fragmentedControl
    /// A control frame over 125 bytes.
    case controlTooLong
    /// A client's frame without mask, or a server's with one.
    case wrongMasking
    /// A length written in more bytes than it needs, or over 2^63 − 1.
    case invalidLength
    /// A frame over the frame limit.
    case frameTooBig
    /// A message over the message limit.
    case messageTooBig
    /// A continuation frame although no message is unfinished.
    case unexpectedContinuation
    /// A new text or binary frame inside an unfinished message.
    case unfinishedMessage
    /// Text, or the reason of a close frame, that is not UTF-8.
    case invalidUTF8
    /// A close frame with a payload of one byte or a code that must not be sent.
    case invalidClose

    /// The code with which the connection is failed.
    public var closeCode: WebSocketCloseCode {
        switch self {
        case .frameTooBig, .messageTooBig: .messageTooBig
        case .invalidUTF8: .invalidPayload
        default: .protocolError
        }
    }
}
