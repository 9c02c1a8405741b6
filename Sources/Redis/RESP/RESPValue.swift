public import NIOCore

/// A RESP3 value as a tree. Attributes are dropped; RESP2's null bulk string and null array are ``null``.
public enum RESPValue: Sendable, Equatable {
    /// One entry of a map, in the order the server sent it.
    public struct Pair: Sendable, Equatable {
        /// Any value, usually a bulk string.
        public var key: RESPValue
        /// Any value.
        public var value: RESPValue

        /// A pair.
        public init(key: RESPValue, value: RESPValue) {
            self.key = key
            self.value = value
        }
    }

    case simpleString(String)
    case error(RedisServerError)
    case integer(Int)
    /// Bytes sharing the storage of the read they came with; copy what is to be kept for long.
    case bulkString(ByteBuffer)
    case array([RESPValue])
    case null
    case double(Double)
    case boolean(Bool)
    /// Decimal digits with an optional sign.
    case bigNumber(String)
    /// Text with a three-letter format such as `txt` or `mkd`.
    case verbatimString(format: String, ByteBuffer)
    case map([Pair])
    case set([RESPValue])
    case push([RESPValue])
}

extension RESPValue {
    /// Whether this is null.
    public var isNull: Bool { self == .null }

    /// The bytes of any kind of string.
    public var buffer: ByteBuffer? {
        switch self {
        case .bulkString(let buffer), .verbatimString(_, let buffer): buffer
        case .simpleString(let text), .bigNumber(let text): ByteBuffer(string: text)
        default: nil
        }
    }

    /// The text of any kind of string, or of a number.
    public var string: String? {
        switch self {
        case .bulkString(let buffer), .verbatimString(_, let buffer): String(buffer: buffer)
        case .simpleString(let text), .bigNumber(let text): text
        case .integer(let value): String(value)
        case .double(let value): String(value)
        default: nil
        }
    }

    /// An integer, a boolean as 1 or 0, or a string holding a decimal integer.
    public var int: Int? {
        switch self {
        case .integer(let value): value
        case .boolean(let value): value ? 1 : 0
        case .bulkString, .simpleString, .verbatimString, .bigNumber: string.flatMap { Int($0) }
        default: nil
        }
    }

    /// A double, an integer, or a string holding a decimal fraction.
    public var double: Double? {
        switch self {
        case .double(let value): value
        case .integer(let value): Double(value)
        case .bulkString, .simpleString, .verbatimString, .bigNumber: string.flatMap { Double($0) }
        default: nil
        }
    }

    /// A boolean, or an integer other than 0.
    public var bool: Bool? {
        switch self {
        case .boolean(let value): value
        case .integer(let value): value != 0
        default: nil
        }
    }

    /// The values of an array, set or push.
    public var array: [RESPValue]? {
        switch self {
        case .array(let values), .set(let values), .push(let values): values
        default: nil
        }
    }

    /// The pairs of a map, or of an array that lists keys and values in turn as RESP2 does.
    public var map: [Pair]? {
        switch self {
        case .map(let pairs): pairs
        case .array(let values) where values.count.isMultiple(of: 2):
            stride(from: 0, to: values.count, by: 2).map { Pair(key: values[$0], value: values[$0 + 1]) }
        default: nil
        }
    }

    /// The value under a textual key of a map.
    public subscript(key: String) -> RESPValue? {
        map?.first { $0.key.string == key }?.value
    }
}
