import NIOCore

/// The first 2–14 bytes of a frame.
struct FrameHeader: Equatable, Sendable {
    var isFinal: Bool
    var opcode: WebSocketOpcode
    /// Payload length in bytes.
    var length: Int
    var mask: FrameMask?
}

/// Reads frame headers from bytes that may arrive in any pieces, refusing each wrong byte at once (RFC 6455 §5.2).
struct FrameHeaderDecoder: Sendable {
    /// Whether the peer masks its frames: clients must, servers must not.
    let peerMasks: Bool
    /// Largest payload accepted, in bytes.
    let maxFrameSize: Int

    private var count = 0
    private var first: UInt8 = 0
    private var second: UInt8 = 0
    private var extendedLength: UInt64 = 0
    private var key: UInt32 = 0

    init(peerMasks: Bool, maxFrameSize: Int) {
        self.peerMasks = peerMasks
        self.maxFrameSize = maxFrameSize
    }

    /// Takes bytes up to the end of a header; nil when the input ended before it.
    mutating func next(_ input: inout ByteBuffer) throws(WebSocketProtocolError) -> FrameHeader? {
        while let byte = input.readInteger(as: UInt8.self) {
            self.count += 1
            switch self.count {
            case 1: try self.takeFirst(byte)
            case 2: try self.takeSecond(byte)
            case ...(2 + self.lengthBytes): self.extendedLength = self.extendedLength << 8 | UInt64(byte)
            default: self.key = self.key << 8 | UInt32(byte)
            }
            if self.count == 2 + self.lengthBytes { try self.checkLength() }
            if self.count >= 2, self.count == 2 + self.lengthBytes + (self.peerMasks ? 4 : 0) { return self.finish() }
        }
        return nil
    }

    private var shortLength: UInt8 { self.second & 0x7F }

    private var lengthBytes: Int {
        switch self.shortLength {
        case 127: 8
        case 126: 2
        default: 0
        }
    }

    private var length: UInt64 { self.lengthBytes == 0 ? UInt64(self.shortLength) : self.extendedLength }

    private mutating func takeFirst(_ byte: UInt8) throws(WebSocketProtocolError) {
        guard byte & 0x70 == 0 else { throw .reservedBits }
        guard let opcode = WebSocketOpcode(rawValue: byte & 0x0F) else { throw .unknownOpcode }
        guard !opcode.isControl || byte & 0x80 != 0 else { throw .fragmentedControl }
        self.first = byte
    }

    private mutating func takeSecond(_ byte: UInt8) throws(WebSocketProtocolError) {
        guard (byte & 0x80 != 0) == self.peerMasks else { throw .wrongMasking }
        guard self.first & 0x08 == 0 || byte & 0x7F <= 125 else { throw .controlTooLong }
        self.second = byte
    }

    private func checkLength() throws(WebSocketProtocolError) {
        switch self.lengthBytes {
        case 2 where self.extendedLength < 126: throw .invalidLength
        case 8 where self.extendedLength <= 0xFFFF || self.extendedLength > UInt64(Int64.max): throw .invalidLength
        default: break
        }
        guard self.length <= UInt64(self.maxFrameSize) else { throw .frameTooBig }
    }

    private mutating func finish() -> FrameHeader {
        defer { self = Self(peerMasks: self.peerMasks, maxFrameSize: self.maxFrameSize) }
        return FrameHeader(
            isFinal: self.first & 0x80 != 0,
            // `takeFirst` accepted the opcode; the fallback is never used.
            opcode: WebSocketOpcode(rawValue: self.first & 0x0F) ?? .close,
            length: Int(self.length),
            mask: self.peerMasks ? FrameMask(key: self.key) : nil
        )
    }
}
