public import NIOCore

/// One complete, checked RESP3 value as the bytes it arrived in.
///
/// Carrying the bytes instead of a tree lets a caller that wants one number, or two thousand stream entries, decode just that.
/// The bytes share the storage of the read they came with.
public struct RESPFrame: Sendable, Equatable {
    /// The value with its type byte, without attributes in front.
    public let bytes: ByteBuffer
    /// Type of the value.
    public let type: RESPType

    /// The value as a tree.
    public func value() -> RESPValue {
        // The framer has checked these bytes; there is nothing left that could throw.
        (try? withReader { reader throws(RESPDecodingError) in try reader.value() }) ?? .null
    }

    /// Reads the value from front to back.
    func withReader<Result>(_ body: (inout RESPReader) throws(RESPDecodingError) -> Result) throws -> Result {
        try bytes.withUnsafeReadableBytes { raw in
            var reader = RESPReader(bytes: raw, buffer: bytes)
            return try body(&reader)
        }
    }
}
