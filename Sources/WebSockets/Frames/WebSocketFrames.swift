public import NIOCore

/// Encodes whole frames.
///
/// A server's frame is the same bytes for every receiver: encode a broadcast once and give the buffer to each
/// ``WebSocket/send(frame:)``; all of them share its storage.
public enum WebSocketFrames {
    /// A text message. The payload must be UTF-8.
    public static func text(_ payload: ByteBuffer) -> ByteBuffer {
        self.frame(.text, payload: payload)
    }

    /// A text message.
    public static func text(_ payload: String) -> ByteBuffer {
        self.text(sizeHint: payload.utf8.count) { $0.writeString(payload) }
    }

    /// A text message written by `write` directly behind its header, without a second copy. What it writes must be UTF-8.
    ///
    /// - Parameters:
    ///   - sizeHint: Expected payload size in bytes.
    ///   - write: Appends the payload.
    public static func text(sizeHint: Int = 256, _ write: (inout ByteBuffer) throws -> Void) rethrows -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(self.longestHeader + sizeHint)
        buffer.writeRepeatingByte(0, count: self.longestHeader)
        try write(&buffer)
        let payload = buffer.readableBytes - self.longestHeader
        var header = ByteBuffer()
        self.writeHeader(.text, isFinal: true, length: payload, mask: nil, to: &header)
        buffer.moveReaderIndex(forwardBy: self.longestHeader - header.readableBytes)
        buffer.setBuffer(header, at: buffer.readerIndex)
        return buffer
    }

    /// A binary message.
    public static func binary(_ payload: ByteBuffer) -> ByteBuffer {
        self.frame(.binary, payload: payload)
    }

    /// A close frame; the reason is cut to 123 bytes at a character boundary. ``WebSocketCloseCode/noStatus`` sends no payload.
    public static func close(_ code: WebSocketCloseCode, reason: String = "") -> ByteBuffer {
        self.frame(.close, payload: self.closePayload(code, reason: reason))
    }

    /// Any frame, also invalid ones: nothing is checked.
    ///
    /// - Parameters:
    ///   - opcode: Kind of frame.
    ///   - payload: Payload, unmasked.
    ///   - isFinal: Whether it ends its message.
    ///   - mask: A client's key; nil for a server's frame.
    public static func frame(_ opcode: WebSocketOpcode, payload: ByteBuffer, isFinal: Bool = true, mask: UInt32? = nil) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(payload.readableBytes + self.longestHeader)
        self.writeHeader(opcode, isFinal: isFinal, length: payload.readableBytes, mask: mask, to: &buffer)
        let start = buffer.readableBytes
        buffer.writeImmutableBuffer(payload)
        if let mask {
            buffer.withUnsafeMutableReadableBytes { FrameMask(key: mask).apply(to: .init(rebasing: $0[start...]), offset: 0) }
        }
        return buffer
    }

    static func closePayload(_ code: WebSocketCloseCode, reason: String) -> ByteBuffer {
        var payload = ByteBuffer()
        guard code != .noStatus else { return payload }
        payload.writeInteger(code.rawValue)
        var reason = Substring(reason)
        while reason.utf8.count > 123 { reason = reason.dropLast() }
        payload.writeSubstring(reason)
        return payload
    }

    /// 2 bytes, 8 of length, 4 of mask.
    private static let longestHeader = 14

    private static func writeHeader(_ opcode: WebSocketOpcode, isFinal: Bool, length: Int, mask: UInt32?, to buffer: inout ByteBuffer) {
        let maskBit: UInt8 = mask == nil ? 0 : 0x80
        buffer.writeInteger((isFinal ? 0x80 : 0) | opcode.rawValue)
        switch length {
        case ...125:
            buffer.writeInteger(maskBit | UInt8(length))
        case ...0xFFFF:
            buffer.writeInteger(maskBit | 126)
            buffer.writeInteger(UInt16(length))
        default:
            buffer.writeInteger(maskBit | 127)
            buffer.writeInteger(UInt64(length))
        }
        if let mask { buffer.writeInteger(mask) }
    }
}
