/// How far XADD or XTRIM cuts the old end of a stream.
public enum StreamTrim: Sendable, Equatable {
    /// Keeps about that many entries, never fewer.
    case approximateLength(Int)
    /// Keeps exactly that many entries.
    case length(Int)
    /// Drops entries with smaller ids, a whole node of the stream at a time.
    case approximateMinimumID(StreamID)
    /// Drops all entries with smaller ids.
    case minimumID(StreamID)

    var arguments: [RedisArgument] {
        switch self {
        case .approximateLength(let count): ["MAXLEN", "~", .integer(count)]
        case .length(let count): ["MAXLEN", "=", .integer(count)]
        case .approximateMinimumID(let id): ["MINID", "~", id.redisArgument]
        case .minimumID(let id): ["MINID", "=", id.redisArgument]
        }
    }
}
