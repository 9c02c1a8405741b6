import NIOCore

/// A record of a segment: length and CRC-32 of the content, both 32 bits big-endian, then the content.
enum SpoolFrame {
    static let headerBytes = 8
    /// A longer record cannot be ours: an event of 64 KiB grows at most sixfold by escaping.
    static let maximumContentBytes = 1 << 19

    static func append(_ content: ByteBuffer, to buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt32(content.readableBytes))
        buffer.writeInteger(CRC32.checksum(content.readableBytesView))
        buffer.writeImmutableBuffer(content)
    }

    /// What stands at the beginning of some bytes.
    enum Parsed: Equatable {
        case record(ByteBuffer)
        /// More bytes are needed.
        case incomplete
        /// Length or checksum is wrong: nothing behind it can be trusted.
        case damaged
    }

    static func next(_ buffer: inout ByteBuffer) -> Parsed {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self),
            let checksum = buffer.getInteger(at: buffer.readerIndex + 4, as: UInt32.self)
        else { return .incomplete }
        guard length > 0, length <= maximumContentBytes else { return .damaged }
        guard let content = buffer.getSlice(at: buffer.readerIndex + headerBytes, length: Int(length)) else { return .incomplete }
        guard CRC32.checksum(content.readableBytesView) == checksum else { return .damaged }
        buffer.moveReaderIndex(forwardBy: headerBytes + Int(length))
        return .record(content)
    }
}
