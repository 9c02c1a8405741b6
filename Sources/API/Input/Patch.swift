/// What a PATCH says about a field that can be cleared: nothing, clear it, or set it (spec 01 §1).
public enum Patch<Value: Sendable>: Sendable {
    /// The member is absent: the field stays.
    case absent
    /// The member is null: the field is cleared.
    case null
    /// The field takes this value.
    case value(Value)

    /// The field after the patch.
    public func applied(to current: Value?) -> Value? {
        switch self {
        case .absent: current
        case .null: nil
        case .value(let value): value
        }
    }

    /// Whether the field is not mentioned.
    public var isAbsent: Bool {
        if case .absent = self { true } else { false }
    }

    /// The value to set, nil when the field is absent or cleared.
    public var newValue: Value? {
        if case .value(let value) = self { value } else { nil }
    }
}

extension Patch: Equatable where Value: Equatable {}
