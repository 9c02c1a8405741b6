public import NIOCore

/// One argument of a command. Redis sees bytes only; numbers are written in decimal.
public enum RedisArgument: Sendable, Equatable {
    case string(String)
    case integer(Int)
    case double(Double)
    case bytes([UInt8])
    case buffer(ByteBuffer)
}

extension RedisArgument: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
    /// A textual argument.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A decimal argument.
    public init(integerLiteral value: Int) { self = .integer(value) }
}

/// A type whose values can stand as arguments of a command.
public protocol RedisArgumentConvertible {
    /// The value as an argument.
    var redisArgument: RedisArgument { get }
}

extension RedisArgument: RedisArgumentConvertible {
    /// The argument itself.
    @inlinable public var redisArgument: RedisArgument { self }
}

extension String: RedisArgumentConvertible {
    /// The text in UTF-8.
    @inlinable public var redisArgument: RedisArgument { .string(self) }
}

extension Int: RedisArgumentConvertible {
    /// The number in decimal.
    @inlinable public var redisArgument: RedisArgument { .integer(self) }
}

extension Double: RedisArgumentConvertible {
    /// The number in its shortest decimal form that reads back the same.
    @inlinable public var redisArgument: RedisArgument { .double(self) }
}

extension [UInt8]: RedisArgumentConvertible {
    /// The bytes as they are.
    @inlinable public var redisArgument: RedisArgument { .bytes(self) }
}

extension ByteBuffer: RedisArgumentConvertible {
    /// The readable bytes as they are.
    @inlinable public var redisArgument: RedisArgument { .buffer(self) }
}
