/// One thing that is wrong with a request, tied to the field it is about. Never carries the submitted value (spec 01 §6).
public struct FieldFault: Sendable, Hashable {
    /// Dotted path of the field, such as `notifications.email` or `answers.2`; `body` for the body as a whole.
    public let field: String
    /// A stable code.
    public let code: FaultCode
    /// A short sentence fit for a user.
    public let message: String

    /// A fault.
    public init(field: String, code: FaultCode, message: String) {
        self.field = field
        self.code = code
        self.message = message
    }
}

/// The stable code of a field fault. The common ones are named here; a rule may bring its own.
public struct FaultCode: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
    /// The code as sent.
    public let rawValue: String

    /// A code by its text.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A code by its text.
    public init(stringLiteral value: String) { self.rawValue = value }

    /// The field is missing.
    public static let required: FaultCode = "required"
    /// The value is of another JSON kind, or a text does not spell a value of the kind.
    public static let type: FaultCode = "type"
    /// A text or array is too short.
    public static let tooShort: FaultCode = "too_short"
    /// A text or array is too long.
    public static let tooLong: FaultCode = "too_long"
    /// A number is outside its bounds.
    public static let outOfRange: FaultCode = "out_of_range"
    /// A text does not follow its format.
    public static let format: FaultCode = "format"
    /// A value is none of the permitted ones.
    public static let notAllowed: FaultCode = "not_allowed"
    /// A text holds control, bidirectional or zero-width characters, or a lone surrogate.
    public static let invalidCharacters: FaultCode = "invalid_characters"
}

/// Gathers faults while the fields of a request are read, and knows the path of the field being read.
public struct FaultList: Sendable {
    /// At most this many faults are kept; the rest would help nobody.
    public static let capacity = 20
    /// The faults so far.
    public private(set) var faults: [FieldFault] = []
    private var path: [String] = []

    /// Whether nothing is wrong so far.
    public var isEmpty: Bool { faults.isEmpty }

    /// Notes a fault of the field being read.
    public mutating func add(_ code: FaultCode, _ message: String) {
        guard faults.count < FaultList.capacity else { return }
        faults.append(FieldFault(field: path.isEmpty ? "body" : path.joined(separator: "."), code: code, message: message))
    }

    /// Runs `body` one step further down the path.
    public mutating func within<Value>(_ component: String, _ body: (inout FaultList) -> Value) -> Value {
        path.append(component)
        defer { path.removeLast() }
        return body(&self)
    }

    /// Forgets the faults noted after there were `count` of them.
    mutating func removeAll(after count: Int) {
        faults.removeSubrange(count...)
    }
}
