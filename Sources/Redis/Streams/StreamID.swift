/// The id of a stream entry: milliseconds since the Unix epoch and a counter within the millisecond.
public struct StreamID: Sendable, Hashable, Comparable {
    /// Milliseconds since the Unix epoch by the server's clock.
    public var milliseconds: UInt64
    /// Counter within the millisecond.
    public var sequence: UInt64

    /// An id.
    public init(milliseconds: UInt64, sequence: UInt64 = 0) {
        self.milliseconds = milliseconds
        self.sequence = sequence
    }

    /// Before every entry.
    public static let zero = StreamID(milliseconds: 0)
    /// Behind every entry.
    public static let max = StreamID(milliseconds: .max, sequence: .max)

    /// Reads `milliseconds-sequence`, or milliseconds alone; nil for anything else.
    public init?(_ text: String) {
        let id = Array(text.utf8).withUnsafeBytes { StreamID(bytes: $0) }
        guard let id else { return nil }
        self = id
    }

    init?(bytes: UnsafeRawBufferPointer) {
        var parts: (UInt64, UInt64) = (0, 0)
        var digits = 0
        var inSequence = false
        for byte in bytes {
            if byte == UInt8(ascii: "-"), !inSequence, digits > 0 {
                inSequence = true
                parts.0 = parts.1
                parts.1 = 0
                digits = 0
                continue
            }
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            let (shifted, overflow) = parts.1.multipliedReportingOverflow(by: 10)
            let (sum, overflowAgain) = shifted.addingReportingOverflow(UInt64(byte - 0x30))
            guard !overflow, !overflowAgain else { return nil }
            parts.1 = sum
            digits += 1
        }
        guard digits > 0 else { return nil }
        milliseconds = inSequence ? parts.0 : parts.1
        sequence = inSequence ? parts.1 : 0
    }

    /// Order of the stream.
    public static func < (left: StreamID, right: StreamID) -> Bool {
        (left.milliseconds, left.sequence) < (right.milliseconds, right.sequence)
    }
}

extension StreamID: CustomStringConvertible, RedisArgumentConvertible {
    /// `milliseconds-sequence`.
    public var description: String { "\(milliseconds)-\(sequence)" }
    /// The id as commands take it.
    public var redisArgument: RedisArgument { .string(description) }
}
