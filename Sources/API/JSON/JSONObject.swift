/// The members of a JSON object, in order, each name once. Names are compared byte by byte, as RFC 8259 §8.3 advises,
/// not by canonical equivalence as Swift strings are.
public struct JSONObject: Sendable, Hashable, RandomAccessCollection, ExpressibleByDictionaryLiteral {
    /// A member's name and value.
    public typealias Element = (name: String, value: JSONValue)

    private var names: [String] = []
    private var values: [JSONValue] = []
    /// Positions by name, kept only once a linear search would be slower; a body full of members must not cost quadratic time.
    private var positions: [ByteString: Int] = [:]
    private static let linearSearchLimit = 16

    /// An object without members.
    public init() {}

    /// An object; a repeated name keeps its place and takes the last value.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (name, value) in elements { self[name] = value }
    }

    /// The position of the first member.
    public var startIndex: Int { 0 }

    /// How many members there are.
    public var endIndex: Int { names.count }

    /// The member at a position.
    public subscript(position: Int) -> Element { (names[position], values[position]) }

    /// The value of a member. Setting a new name appends it, setting a known one keeps its place; setting nil removes it.
    public subscript(name: String) -> JSONValue? {
        get { position(of: name).map { values[$0] } }
        set {
            switch (position(of: name), newValue) {
            case (let position?, let value?): values[position] = value
            case (nil, let value?): append(name, value)
            case (let position?, nil): remove(at: position)
            case (nil, nil): break
            }
        }
    }

    /// Whether both hold the same members in the same order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && zip(left.names, right.names).allSatisfy { $0.hasSameBytes(as: $1) }
            && left.values == right.values
    }

    /// Feeds the members to a hasher.
    public func hash(into hasher: inout Hasher) {
        for name in names { hasher.combine(ByteString(text: name)) }
        hasher.combine(values)
    }

    private func position(of name: String) -> Int? {
        if names.count > JSONObject.linearSearchLimit { return positions[ByteString(text: name)] }
        return names.firstIndex { $0.hasSameBytes(as: name) }
    }

    private mutating func append(_ name: String, _ value: JSONValue) {
        names.append(name)
        values.append(value)
        if names.count == JSONObject.linearSearchLimit + 1 {
            indexPositions()
        } else if names.count > JSONObject.linearSearchLimit {
            positions[ByteString(text: name)] = names.count - 1
        }
    }

    private mutating func remove(at position: Int) {
        names.remove(at: position)
        values.remove(at: position)
        if names.count > JSONObject.linearSearchLimit { indexPositions() }
    }

    private mutating func indexPositions() {
        positions.removeAll(keepingCapacity: true)
        for (index, name) in names.enumerated() { positions[ByteString(text: name)] = index }
    }
}

/// A string that is equal only to strings of the same bytes.
private struct ByteString: Hashable, Sendable {
    let text: String

    static func == (left: ByteString, right: ByteString) -> Bool {
        left.text.hasSameBytes(as: right.text)
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)
    }
}

extension String {
    /// Lengths differ mostly, and cost nothing to compare.
    fileprivate func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}
