import NIOCore

/// Turns a peer's bytes, in whatever pieces they arrive, into messages and control frames (RFC 6455 §5 and §8.1).
///
/// Holds no bytes between messages: an idle socket costs the size of this struct. Payload is copied out of the input while
/// it is unmasked, so the caller's receive buffer is free again when `next` returns nil.
struct MessageDecoder: Sendable {
    /// Largest message accepted, in bytes, all fragments together.
    let maxMessageSize: Int

    private var headers: FrameHeaderDecoder
    /// The frame whose payload is being read, and how much of it is still to come.
    private var frame: FrameHeader?
    private var missing = 0
    private var control = ByteBuffer()
    /// Kind of the unfinished message; nil between messages.
    private var kind: WebSocketOpcode?
    private var message = ByteBuffer()
    private var utf8 = UTF8Validator()

    init(peerMasks: Bool, maxFrameSize: Int, maxMessageSize: Int) {
        self.headers = FrameHeaderDecoder(peerMasks: peerMasks, maxFrameSize: maxFrameSize)
        self.maxMessageSize = maxMessageSize
    }

    /// Takes input up to the end of a message or control frame; nil when the input ended before it.
    ///
    /// After an error the stream has no meaning any more and the decoder must not be used again.
    mutating func next(_ input: inout ByteBuffer) throws(WebSocketProtocolError) -> WebSocketEvent? {
        while true {
            if let frame = self.frame {
                try self.takePayload(frame, &input)
                guard self.missing == 0 else { return nil }
                self.frame = nil
                if let event = try self.finish(frame) { return event }
            } else {
                guard let frame = try self.headers.next(&input) else { return nil }
                try self.begin(frame)
            }
        }
    }

    private mutating func begin(_ frame: FrameHeader) throws(WebSocketProtocolError) {
        switch frame.opcode {
        case .continuation:
            guard self.kind != nil else { throw .unexpectedContinuation }
        case .text, .binary:
            guard self.kind == nil else { throw .unfinishedMessage }
            self.kind = frame.opcode
        case .close, .ping, .pong:
            break
        }
        guard frame.opcode.isControl || frame.length <= self.maxMessageSize - self.message.readableBytes else { throw .messageTooBig }
        self.frame = frame
        self.missing = frame.length
    }

    private mutating func takePayload(_ frame: FrameHeader, _ input: inout ByteBuffer) throws(WebSocketProtocolError) {
        let count = min(self.missing, input.readableBytes)
        guard count > 0, let piece = input.readSlice(length: count) else { return }
        let offset = frame.length - self.missing
        self.missing -= count
        if frame.opcode.isControl {
            Self.append(piece, to: &self.control, mask: frame.mask, offset: offset)
        } else {
            Self.append(piece, to: &self.message, mask: frame.mask, offset: offset)
            guard self.kind != .text || self.acceptsText(last: count) else { throw .invalidUTF8 }
        }
    }

    private static func append(_ piece: ByteBuffer, to target: inout ByteBuffer, mask: FrameMask?, offset: Int) {
        target.writeImmutableBuffer(piece)
        guard let mask else { return }
        let start = target.readableBytes - piece.readableBytes
        target.withUnsafeMutableReadableBytes { mask.apply(to: .init(rebasing: $0[start...]), offset: offset) }
    }

    private mutating func acceptsText(last count: Int) -> Bool {
        var utf8 = self.utf8
        defer { self.utf8 = utf8 }
        return self.message.withUnsafeReadableBytes { utf8.accepts(.init(rebasing: $0.suffix(count))) }
    }

    private mutating func finish(_ frame: FrameHeader) throws(WebSocketProtocolError) -> WebSocketEvent? {
        switch frame.opcode {
        case .ping: return .ping(Self.release(&self.control))
        case .pong: return .pong(Self.release(&self.control))
        case .close: return try Self.close(Self.release(&self.control))
        case .text, .binary, .continuation:
            guard frame.isFinal else { return nil }
            guard self.utf8.isComplete else { throw .invalidUTF8 }
            let isText = self.kind == .text
            self.kind = nil
            let message = Self.release(&self.message)
            return isText ? .text(message) : .binary(message)
        }
    }

    private static func close(_ payload: ByteBuffer) throws(WebSocketProtocolError) -> WebSocketEvent {
        var payload = payload
        guard payload.readableBytes > 0 else { return .close(.noStatus, reason: "") }
        guard let number = payload.readInteger(as: UInt16.self) else { throw .invalidClose }
        let code = WebSocketCloseCode(number)
        guard code.isAllowedOnWire else { throw .invalidClose }
        var utf8 = UTF8Validator()
        guard payload.withUnsafeReadableBytes({ utf8.accepts($0) }), utf8.isComplete else { throw .invalidUTF8 }
        return .close(code, reason: String(buffer: payload))
    }

    /// Hands a buffer out and leaves an empty one behind, which owns no storage.
    private static func release(_ buffer: inout ByteBuffer) -> ByteBuffer {
        defer { buffer = ByteBuffer() }
        return buffer
    }
}
