/// Turns a whole JSON text into a `JSONValue`, strictly by RFC 8259.
public struct JSONParser: Sendable {
    /// What to do when an object names a member twice.
    public enum DuplicateMembers: Sendable {
        /// The last value counts, at the place of the first.
        case lastWins
        /// The text is refused.
        case refused
    }

    /// The deepest nesting that is accepted, at most 64; a scalar has depth 0, `{}` depth 1.
    public var maximumDepth: Int
    /// What to do when an object names a member twice.
    public var duplicateMembers: DuplicateMembers
    /// What an escaped lone surrogate becomes; nil refuses the text. Validation that refuses the replacement can then name the field.
    public var loneSurrogateReplacement: Unicode.Scalar?

    /// A parser with these rules.
    public init(maximumDepth: Int = 64, duplicateMembers: DuplicateMembers = .lastWins, loneSurrogateReplacement: Unicode.Scalar? = nil) {
        self.maximumDepth = maximumDepth
        self.duplicateMembers = duplicateMembers
        self.loneSurrogateReplacement = loneSurrogateReplacement
    }

    /// Parses one text.
    public func parse(_ bytes: some Collection<UInt8>) throws(JSONError) -> JSONValue {
        let direct = bytes.withContiguousStorageIfAvailable { buffer in
            outcome(UnsafeRawBufferPointer(buffer))
        }
        return try (direct ?? Array(bytes).withUnsafeBytes(outcome)).get()
    }

    private func outcome(_ bytes: UnsafeRawBufferPointer) -> Result<JSONValue, JSONError> {
        do throws(JSONError) { return .success(try parse(bytes)) } catch { return .failure(error) }
    }

    /// Parses one text in borrowed memory.
    public func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONValue {
        var reader = JSONReader(bytes, maximumDepth: maximumDepth, loneSurrogateReplacement: loneSurrogateReplacement)
        try reader.begin()
        let value = try value(from: &reader)
        try reader.finish()
        return value
    }

    /// Parses one text.
    public func parse(_ text: String) throws(JSONError) -> JSONValue {
        try parse(text.utf8)
    }

    /// Recursion is bounded by the reader's depth, at most 64.
    private func value(from reader: inout JSONReader) throws(JSONError) -> JSONValue {
        switch try reader.peek() {
        case .null:
            _ = try reader.readNullIfPresent()
            return .null
        case .bool: return .bool(try reader.readBool())
        case .number:
            switch try reader.scanNumber() {
            case .integer(let value): return .integer(value)
            case .number(let value): return .number(value)
            }
        case .string: return .string(try reader.readString())
        case .array:
            var elements: [JSONValue] = []
            try reader.beginArray()
            while try reader.nextElement() { elements.append(try value(from: &reader)) }
            return .array(elements)
        case .object:
            var object = JSONObject()
            try reader.beginObject()
            while let text = try reader.nextMember() {
                let name = text.string
                if duplicateMembers == .refused, object[name] != nil { throw .duplicateMember(name) }
                object[name] = try value(from: &reader)
            }
            return .object(object)
        }
    }
}

extension JSONReader {
    /// Reads the next value, of any kind, as a tree.
    public mutating func readValue() throws(JSONError) -> JSONValue {
        let start = offset
        try skipValue()
        let part = UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
        return try JSONParser(maximumDepth: maximumDepth, loneSurrogateReplacement: loneSurrogateReplacement).parse(part)
    }
}
