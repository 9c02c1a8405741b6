/// One scalar, or the header of one aggregate, as offsets into the bytes it was read from.
struct RESPToken {
    var type: RESPType
    /// The integer, 1 or 0 for a boolean, or the number of values inside an aggregate (two for every pair of a map).
    var value: Int
    /// Offset of the first byte of the content, after type byte and length.
    var lower: Int
    /// Offset behind the last byte of the content.
    var upper: Int

    /// Number of values that follow and belong to this one.
    var children: Int { type.isAggregate ? value : 0 }
}

/// Reads tokens one after the other; keeps nothing but its position, so it can be rebuilt at any token boundary.
struct RESPTokenizer {
    private static let carriageReturn: UInt8 = 0x0D
    private static let lineFeed: UInt8 = 0x0A

    let bytes: UnsafeRawBufferPointer
    let limits: RESPLimits
    /// Offset of the next token.
    var position: Int
    /// Number of bytes known to be necessary before the next token can be complete; a hint for buffer growth.
    private(set) var needed = 0

    init(_ bytes: UnsafeRawBufferPointer, limits: RESPLimits, position: Int = 0) {
        self.bytes = bytes
        self.limits = limits
        self.position = position
    }

    /// The next token, or nil when it has not arrived completely; the position then stays.
    ///
    /// Every check depends on a complete line or a complete bulk string only, never on where a read ended.
    mutating func next() throws(RESPProtocolError) -> RESPToken? {
        guard position < bytes.count else { return nil }
        if let token = shortString() { return token }
        guard let type = RESPType(rawValue: bytes[position]) else { throw .unknownType }
        let start = position + 1
        guard let lineEnd = try endOfLine(from: start) else { return nil }
        let next = lineEnd + 2
        guard next <= limits.maxFrameBytes else { throw .frameTooLarge }
        var token = RESPToken(type: type, value: 0, lower: start, upper: lineEnd)
        switch type {
        case .simpleString, .error:
            break
        case .integer:
            token.value = try RESPNumber.integer(bytes, start, lineEnd)
        case .null:
            guard lineEnd == start else { throw .malformedValue }
        case .boolean:
            guard lineEnd == start + 1, bytes[start] == UInt8(ascii: "t") || bytes[start] == UInt8(ascii: "f") else {
                throw .malformedValue
            }
            token.value = bytes[start] == UInt8(ascii: "t") ? 1 : 0
        case .double:
            _ = try RESPNumber.double(bytes, start, lineEnd)
        case .bigNumber:
            try RESPNumber.checkDigits(bytes, start, lineEnd)
        case .bulkString, .bulkError, .verbatimString:
            return try bulk(token, length: RESPNumber.integer(bytes, start, lineEnd), contentStart: next)
        case .array, .map, .set, .push, .attribute:
            let count = try RESPNumber.integer(bytes, start, lineEnd)
            if count == -1, type == .array {
                token.type = .null  // RESP2's null array
            } else {
                guard count >= 0 else { throw .malformedValue }
                guard count <= limits.maxElements else { throw .tooManyElements }
                token.value = type == .map || type == .attribute ? 2 * count : count
            }
        }
        position = next
        return token
    }

    /// A complete bulk string of less than a hundred bytes, of which streams and hashes are made; nil for everything else, also for what is
    /// wrong, which is found out the long way.
    mutating func shortString() -> RESPToken? {
        let start = position + 1
        guard start + 3 < bytes.count, bytes[position] == RESPType.bulkString.rawValue, var length = Self.digit(bytes[start]) else {
            return nil
        }
        var lineEnd = start + 1
        if let second = Self.digit(bytes[lineEnd]) {
            length = 10 * length + second
            lineEnd += 1
        }
        let end = lineEnd + 2 + length + 2
        guard end <= bytes.count, end <= limits.maxFrameBytes, length <= limits.maxBulkBytes, lineEnd - start <= limits.maxLineBytes,
            isLineEnd(at: lineEnd), isLineEnd(at: end - 2)
        else { return nil }
        position = end
        return RESPToken(type: .bulkString, value: 0, lower: lineEnd + 2, upper: end - 2)
    }

    private static func digit(_ byte: UInt8) -> Int? { byte &- 0x30 < 10 ? Int(byte &- 0x30) : nil }

    private func isLineEnd(at offset: Int) -> Bool { bytes[offset] == Self.carriageReturn && bytes[offset + 1] == Self.lineFeed }

    private mutating func bulk(_ header: RESPToken, length: Int, contentStart: Int) throws(RESPProtocolError) -> RESPToken? {
        var token = header
        if length == -1, token.type == .bulkString {
            token.type = .null  // RESP2's null bulk string
            position = contentStart
            return token
        }
        guard length >= 0 else { throw .malformedValue }
        guard length <= limits.maxBulkBytes else { throw .bulkTooLarge }
        token.lower = contentStart
        token.upper = contentStart + length
        let end = token.upper + 2
        guard end <= limits.maxFrameBytes else { throw .frameTooLarge }
        guard end <= bytes.count else {
            needed = end
            return nil
        }
        guard isLineEnd(at: token.upper) else { throw .badTerminator }
        if token.type == .verbatimString {
            // Three letters naming the format and a colon come before the text.
            guard length >= 4, bytes[token.lower + 3] == UInt8(ascii: ":") else { throw .malformedValue }
        }
        position = end
        return token
    }

    /// Offset of the CR that ends the line, or nil when the CR LF has not arrived.
    private func endOfLine(from start: Int) throws(RESPProtocolError) -> Int? {
        let limit = min(bytes.count, start + limits.maxLineBytes + 1)
        var offset = start
        while offset < limit {
            let byte = bytes[offset]
            if byte == Self.carriageReturn {
                guard offset + 1 < bytes.count else { return nil }
                guard bytes[offset + 1] == Self.lineFeed else { throw .badTerminator }
                return offset
            }
            guard byte != Self.lineFeed else { throw .badTerminator }
            offset += 1
        }
        guard offset - start <= limits.maxLineBytes else { throw .lineTooLong }
        return nil
    }
}
