extension JSONReader {
    /// Opens an object. Then call `nextMember()` until it returns nil.
    public mutating func beginObject() throws(JSONError) {
        guard try nextByte() == UInt8(ascii: "{") else { throw try unexpected() }
        try open(kind: 1)
    }

    /// The name of the next member, whose value is to be read next; nil when the object ends, which closes it.
    public mutating func nextMember() throws(JSONError) -> JSONText? {
        guard try advance(kind: 1, closing: UInt8(ascii: "}")) else { return nil }
        return try readMemberName()
    }

    /// Opens an array. Then call `nextElement()` until it returns false.
    public mutating func beginArray() throws(JSONError) {
        guard try nextByte() == UInt8(ascii: "[") else { throw try unexpected() }
        try open(kind: 0)
    }

    /// Whether another element follows, which is to be read next; false closes the array.
    public mutating func nextElement() throws(JSONError) -> Bool {
        try advance(kind: 0, closing: UInt8(ascii: "]"))
    }

    private mutating func open(kind: UInt64) throws(JSONError) {
        guard depth < maximumDepth else { throw .depth(maximum: maximumDepth) }
        depth += 1
        openKinds = openKinds << 1 | kind
        offset += 1
        isAtFirst = true
    }

    /// Steps over the comma before the next item, or over the closing byte.
    private mutating func advance(kind: UInt64, closing: UInt8) throws(JSONError) -> Bool {
        let byte = try nextByte()
        let isFirst = isAtFirst
        isAtFirst = false
        guard depth > 0, openKinds & 1 == kind else { throw .syntax(offset: offset) }
        if byte == closing {
            offset += 1
            depth -= 1
            openKinds >>= 1
            return false
        }
        if isFirst { return true }
        guard byte == UInt8(ascii: ",") else { throw .syntax(offset: offset) }
        offset += 1
        return true
    }

    private mutating func readMemberName() throws(JSONError) -> JSONText {
        guard try nextByte() == UInt8(ascii: "\"") else { throw .syntax(offset: offset) }
        let name = try scanString()
        guard try nextByte() == UInt8(ascii: ":") else { throw .syntax(offset: offset) }
        offset += 1
        return name
    }
}
