/// A strict pull reader over the bytes of one JSON text (RFC 8259). It allocates nothing except the strings it is asked for.
///
/// The caller walks the text in order and consumes every value exactly once:
///
///     try JSONReader.read(bytes) { reader in
///         try reader.beginObject()
///         while let name = try reader.nextMember() {
///             switch name {
///             case "difficulty": difficulty = try reader.readDouble()
///             default: try reader.skipValue()
///             }
///         }
///     }
///
/// The reader borrows the bytes: it must not outlive them, which `read(_:maximumDepth:_:)` guarantees when the reader does not escape its body.
public struct JSONReader {
    let bytes: UnsafeRawBufferPointer
    /// Offset of the next unread byte.
    public internal(set) var offset = 0
    /// How many containers are open.
    public internal(set) var depth = 0
    /// The deepest nesting that is accepted, 0...64; a scalar has depth 0, `{}` depth 1.
    public let maximumDepth: Int
    /// One bit per open container, the innermost lowest: 1 for an object, 0 for an array.
    var openKinds: UInt64 = 0
    /// What a `\u` escape with half a surrogate pair becomes; nil refuses the text.
    let loneSurrogateReplacement: Unicode.Scalar?
    /// True between the opening of a container and its first member or element.
    var isAtFirst = false

    /// A reader over borrowed bytes, which must stay valid as long as the reader is used.
    ///
    /// - Parameter loneSurrogateReplacement: stands in for an escaped lone surrogate, which no Swift string can hold; nil makes it an error.
    public init(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int = 64, loneSurrogateReplacement: Unicode.Scalar? = nil) {
        self.bytes = bytes
        self.maximumDepth = min(max(maximumDepth, 0), UInt64.bitWidth)
        self.loneSurrogateReplacement = loneSurrogateReplacement
    }

    /// Reads one whole text: calls `body` on its reader, then checks that nothing but white space is left.
    public static func read<Value>(
        _ bytes: some Collection<UInt8>,
        maximumDepth: Int = 64,
        _ body: (inout JSONReader) throws -> Value
    ) throws -> Value {
        func run(_ raw: UnsafeRawBufferPointer) throws -> Value {
            var reader = JSONReader(raw, maximumDepth: maximumDepth)
            try reader.begin()
            let value = try body(&reader)
            try reader.finish()
            return value
        }
        let direct = try bytes.withContiguousStorageIfAvailable { try run(UnsafeRawBufferPointer($0)) }
        if let direct { return direct }
        return try Array(bytes).withUnsafeBytes(run)
    }

    /// Refuses a leading byte order mark.
    public func begin() throws(JSONError) {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { throw .byteOrderMark }
    }

    /// Checks that only white space is left.
    public mutating func finish() throws(JSONError) {
        skipWhitespace()
        if offset < bytes.count { throw .trailingData(offset: offset) }
    }

    // MARK: Values

    /// The kind of the next value, which stays unread.
    public mutating func peek() throws(JSONError) -> JSONKind {
        switch try nextByte() {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
        case UInt8(ascii: "n"): .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): .number
        default: throw .syntax(offset: offset)
        }
    }

    /// Reads `null` if it is next; otherwise reads nothing and returns false.
    public mutating func readNullIfPresent() throws(JSONError) -> Bool {
        guard try nextByte() == UInt8(ascii: "n") else { return false }
        try readLiteral("null")
        return true
    }

    /// Reads `true` or `false`.
    public mutating func readBool() throws(JSONError) -> Bool {
        switch try nextByte() {
        case UInt8(ascii: "t"):
            try readLiteral("true")
            return true
        case UInt8(ascii: "f"):
            try readLiteral("false")
            return false
        default: throw try unexpected()
        }
    }

    /// Reads and drops one value of any kind, checking it as strictly as if it were used.
    public mutating func skipValue() throws(JSONError) {
        let floor = depth
        repeat {
            // Inside a container opened here: step to its next value, or close it.
            if depth > floor {
                let hasNext = openKinds & 1 == 1 ? try nextMember() != nil : try nextElement()
                guard hasNext else { continue }
            }
            switch try peek() {
            case .null: try readLiteral("null")
            case .bool: _ = try readBool()
            case .number: _ = try scanNumber()
            case .string: _ = try scanString()
            case .array: try beginArray()
            case .object: try beginObject()
            }
        } while depth > floor
    }

    // MARK: Shared steps

    @inline(__always)
    mutating func skipWhitespace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }

    /// The first byte that is no white space, unread.
    @inline(__always)
    mutating func nextByte() throws(JSONError) -> UInt8 {
        skipWhitespace()
        guard offset < bytes.count else { throw .unexpectedEnd }
        return bytes[offset]
    }

    mutating func unexpected() throws(JSONError) -> JSONError {
        .unexpectedType(try peek(), offset: offset)
    }

    private mutating func readLiteral(_ literal: StaticString) throws(JSONError) {
        let count = literal.utf8CodeUnitCount
        for index in 0..<count {
            guard offset + index < bytes.count else { throw .unexpectedEnd }
            guard bytes[offset + index] == literal.utf8Start[index] else { throw .syntax(offset: offset + index) }
        }
        offset += count
    }
}
