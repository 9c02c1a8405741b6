/// How large a value the parser accepts before it calls the peer broken.
public struct RESPLimits: Sendable, Equatable {
    /// Aggregates inside aggregates.
    public var maxDepth: Int
    /// Elements of one aggregate; a pair of a map counts once.
    public var maxElements: Int
    /// Bytes of one bulk string; Redis itself stops at 512 MiB.
    public var maxBulkBytes: Int
    /// Bytes of one line: simple strings, errors, numbers, length headers.
    public var maxLineBytes: Int
    /// Bytes of one whole value with everything inside it.
    public var maxFrameBytes: Int

    /// Limits wide enough for every reply of a default Redis.
    public init(
        maxDepth: Int = 64,
        maxElements: Int = 1 << 24,
        maxBulkBytes: Int = 512 << 20,
        maxLineBytes: Int = 64 << 10,
        maxFrameBytes: Int = 1 << 30
    ) {
        self.maxDepth = maxDepth
        self.maxElements = maxElements
        self.maxBulkBytes = maxBulkBytes
        self.maxLineBytes = maxLineBytes
        self.maxFrameBytes = maxFrameBytes
    }
}

/// A byte sequence that is not RESP3 or passes a limit. After one the stream cannot be read any further.
public enum RESPProtocolError: Error, Sendable, Equatable {
    /// A value starts with a byte that names no type.
    case unknownType
    /// A line does not end in CR LF, or a bulk string is not followed by it.
    case badTerminator
    /// A number, length, boolean, null or verbatim header is not written as it must be.
    case malformedValue
    /// A line is longer than ``RESPLimits/maxLineBytes``.
    case lineTooLong
    /// A bulk string is longer than ``RESPLimits/maxBulkBytes``.
    case bulkTooLarge
    /// An aggregate has more than ``RESPLimits/maxElements``.
    case tooManyElements
    /// Aggregates nest deeper than ``RESPLimits/maxDepth``.
    case tooDeep
    /// A value is longer than ``RESPLimits/maxFrameBytes``.
    case frameTooLarge
    /// A well-formed value arrived that answers no command.
    case unexpectedReply
}
