import NIOCore

/// A reply has another shape than its command promises.
struct RESPDecodingError: Error {}

/// A cursor over the bytes of complete values. Attributes are passed over.
struct RESPReader {
    private static let limits = RESPLimits(
        maxDepth: .max,
        maxElements: .max / 2,
        maxBulkBytes: .max / 4,
        maxLineBytes: .max / 4,
        maxFrameBytes: .max
    )

    private let buffer: ByteBuffer
    private var tokenizer: RESPTokenizer

    init(bytes: UnsafeRawBufferPointer, buffer: ByteBuffer) {
        self.buffer = buffer
        tokenizer = RESPTokenizer(bytes, limits: Self.limits)
    }

    /// Offset of the next value.
    var position: Int { tokenizer.position }

    /// Everything the cursor runs over.
    var bytes: UnsafeRawBufferPointer { tokenizer.bytes }

    /// The next scalar or aggregate header.
    mutating func token() throws(RESPDecodingError) -> RESPToken {
        while let token = try? tokenizer.next() {
            guard token.type == .attribute else { return token }
            for _ in 0..<token.children { try skip() }
        }
        throw RESPDecodingError()
    }

    /// The next value when it is a short bulk string; nil, and nothing is passed over, when it is not.
    mutating func shortString() -> RESPToken? { tokenizer.shortString() }

    /// Passes over one whole value.
    mutating func skip() throws(RESPDecodingError) {
        var open = 1
        while open > 0 {
            let token = try token()
            open += token.children - 1
        }
    }

    /// The number of values in the aggregate that comes next; nil for null.
    mutating func elements() throws(RESPDecodingError) -> Int? {
        let token = try token()
        if token.type == .null { return nil }
        guard token.type.isAggregate else { throw RESPDecodingError() }
        return token.value
    }

    /// An integer.
    mutating func integer() throws(RESPDecodingError) -> Int {
        let token = try token()
        guard token.type == .integer else { throw RESPDecodingError() }
        return token.value
    }

    /// An integer, or nil for null.
    mutating func optionalInteger() throws(RESPDecodingError) -> Int? {
        let token = try token()
        if token.type == .null { return nil }
        guard token.type == .integer else { throw RESPDecodingError() }
        return token.value
    }

    /// The text of a simple or bulk string.
    mutating func string() throws(RESPDecodingError) -> String {
        String(decoding: content(of: try stringToken()), as: UTF8.self)
    }

    /// The token of a simple or bulk string.
    mutating func stringToken() throws(RESPDecodingError) -> RESPToken {
        let token = try token()
        guard token.type == .bulkString || token.type == .simpleString else { throw RESPDecodingError() }
        return token
    }

    /// The bytes of a scalar; valid as long as those of the reader.
    func content(of token: RESPToken) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: tokenizer.bytes[token.lower..<token.upper])
    }

    /// The bytes `lower ..< upper` as a slice sharing the buffer's storage.
    func slice(_ lower: Int, _ upper: Int) throws(RESPDecodingError) -> ByteBuffer {
        guard let slice = buffer.getSlice(at: buffer.readerIndex + lower, length: upper - lower) else { throw RESPDecodingError() }
        return slice
    }

    /// The next value with everything inside it.
    mutating func value() throws(RESPDecodingError) -> RESPValue {
        let token = try token()
        switch token.type {
        case .simpleString: return .simpleString(String(decoding: content(of: token), as: UTF8.self))
        case .error, .bulkError: return .error(RedisServerError(content(of: token)))
        case .integer: return .integer(token.value)
        case .bulkString: return .bulkString(try slice(token.lower, token.upper))
        case .null, .attribute: return .null
        case .boolean: return .boolean(token.value == 1)
        case .double: return .double((try? RESPNumber.double(tokenizer.bytes, token.lower, token.upper)) ?? .nan)
        case .bigNumber: return .bigNumber(String(decoding: content(of: token), as: UTF8.self))
        case .verbatimString:
            let format = UnsafeRawBufferPointer(rebasing: tokenizer.bytes[token.lower..<token.lower + 3])
            return .verbatimString(format: String(decoding: format, as: UTF8.self), try slice(token.lower + 4, token.upper))
        case .array: return .array(try values(token.value))
        case .set: return .set(try values(token.value))
        case .push: return .push(try values(token.value))
        case .map:
            var pairs: [RESPValue.Pair] = []
            pairs.reserveCapacity(min(token.value / 2, 4096))
            for _ in 0..<token.value / 2 { pairs.append(RESPValue.Pair(key: try value(), value: try value())) }
            return .map(pairs)
        }
    }

    private mutating func values(_ count: Int) throws(RESPDecodingError) -> [RESPValue] {
        var values: [RESPValue] = []
        values.reserveCapacity(min(count, 4096))
        for _ in 0..<count { values.append(try value()) }
        return values
    }
}
