/// What makes two statements the same prepared statement: their text and their parameters' types.
///
/// Literal parts are compared by address, so a lookup builds no string and reads no text.
struct StatementKey: Hashable, Sendable {
    private let segments: [SQL.Segment]
    private let slots: [SQLArguments.Slot]

    init(_ sql: SQL) {
        segments = sql.segments
        slots = sql.arguments.slots
    }

    static func == (left: StatementKey, right: StatementKey) -> Bool {
        guard left.segments.count == right.segments.count, left.slots.count == right.slots.count else { return false }
        for index in left.slots.indices where left.slots[index].type != right.slots[index].type { return false }
        for index in left.segments.indices where !same(left.segments[index], right.segments[index]) { return false }
        return true
    }

    func hash(into hasher: inout Hasher) {
        for segment in segments {
            switch segment {
            case .text(let text): hasher.combine(Self.address(text))
            case .dynamic(let text): hasher.combine(text)
            case .parameter: hasher.combine(0 as UInt8)
            }
        }
    }

    private static func same(_ left: SQL.Segment, _ right: SQL.Segment) -> Bool {
        switch (left, right) {
        case (.text(let left), .text(let right)):
            address(left) == address(right) && left.utf8CodeUnitCount == right.utf8CodeUnitCount
        case (.dynamic(let left), .dynamic(let right)): left == right
        case (.parameter, .parameter): true
        default: false
        }
    }

    /// A literal's identity. The same text written in two places may be two statements; it is never one statement for two texts.
    private static func address(_ text: StaticString) -> UInt {
        text.hasPointerRepresentation ? UInt(bitPattern: text.utf8Start) : UInt(text.unicodeScalar.value)
    }
}
