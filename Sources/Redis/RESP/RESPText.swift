/// The bytes of a string as they arrived; good only during the call they are handed to.
public struct RESPText {
    /// All of them.
    public let bytes: UnsafeRawBufferPointer

    /// The first byte; nil when there is none.
    public var first: UInt8? { bytes.first }

    /// The decimal integer behind the first bytes; nil when there is none.
    public func integer(after count: Int = 0) -> Int? { try? RESPNumber.integer(bytes, count, bytes.count) }

    /// The decimal fraction, with or without exponent; nil when it is none.
    public var double: Double? { try? RESPNumber.double(bytes, 0, bytes.count) }
}

extension RESPFrame {
    /// Hands over the pairs of a map of strings, or of an array that lists names and values in turn as RESP2 does, without making values
    /// of them: for maps of hundreds of numbers. Pairs of other types are passed over; an answer of another type has none.
    public func forEachPair(_ body: (RESPText, RESPText) -> Void) {
        // The framer has checked these bytes: what throws is an answer that has no pairs.
        _ = try? withReader { reader throws(RESPDecodingError) in
            for _ in 0..<(try reader.elements() ?? 0) / 2 {
                let (name, value) = (try reader.text(), try reader.text())
                if let name, let value { body(name, value) }
            }
        }
    }
}

extension RESPReader {
    /// The next value's text; nil, and the value is passed over, when it is no string.
    fileprivate mutating func text() throws(RESPDecodingError) -> RESPText? {
        if let token = shortString() { return RESPText(bytes: content(of: token)) }
        let token = try token()
        for _ in 0..<token.children { try skip() }
        guard token.type == .bulkString || token.type == .simpleString else { return nil }
        return RESPText(bytes: content(of: token))
    }
}
