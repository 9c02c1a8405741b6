import API

/// Takes checked values out of a payload (spec 03a §2.2, §4.2). Null counts as absent.
struct PayloadReader {
    /// The members under their canonical names.
    let members: JSONObject
    /// Whether numbers and booleans may be written as text, as in flat entries.
    var acceptsText = false

    /// Any difficulty above 0; no hash can reach more than the upper bound.
    static let positiveDifficulty = Double.leastNonzeroMagnitude...0x1p224
    /// A difficulty, or none.
    static let anyDifficulty = 0...0x1p224
    /// Any finite number that is not negative.
    static let notNegative = 0...Double.greatestFiniteMagnitude

    private func value(_ name: StaticString) -> JSONValue? {
        guard let value = members[name.description], !value.isNull else { return nil }
        return value
    }

    /// A text, empty if need be.
    func text(_ name: StaticString) throws(EventRejection) -> String {
        guard let value = value(name) else { throw .missing(name) }
        guard let text = value.stringValue else { throw .bad(name) }
        return text
    }

    /// A text for people, cut to its limit; absent when empty.
    func optionalText(_ name: StaticString, maximumCount: Int) throws(EventRejection) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.stringValue else { throw .bad(name) }
        return text.isEmpty ? nil : String(String.UnicodeScalarView(text.unicodeScalars.prefix(maximumCount)))
    }

    /// Hexadecimal digits in lower case; absent when empty.
    func optionalHexadecimal(_ name: StaticString, count: ClosedRange<Int>) throws(EventRejection) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.stringValue else { throw .bad(name) }
        if text.isEmpty { return nil }
        guard count.contains(text.utf8.count), text.utf8.allSatisfy({ $0.hexadecimalValue != nil }) else { throw .bad(name) }
        return text.lowercased()
    }

    /// A number within a range.
    func number(_ name: StaticString, in range: ClosedRange<Double>) throws(EventRejection) -> Double {
        guard let number = try optionalNumber(name, in: range) else { throw .missing(name) }
        return number
    }

    /// A number within a range, or none.
    func optionalNumber(_ name: StaticString, in range: ClosedRange<Double>) throws(EventRejection) -> Double? {
        guard let value = value(name) else { return nil }
        guard let number = value.doubleValue ?? textual(value).flatMap(Double.init) else { throw .bad(name) }
        guard range.contains(number) else { throw .outOfRange(name) }
        return number == 0 ? 0 : number
    }

    /// A whole number within a range.
    func integer(_ name: StaticString, in range: ClosedRange<Int64>) throws(EventRejection) -> Int64 {
        guard let integer = try optionalInteger(name, in: range) else { throw .missing(name) }
        return integer
    }

    /// A whole number within a range, or none.
    func optionalInteger(_ name: StaticString, in range: ClosedRange<Int64>) throws(EventRejection) -> Int64? {
        guard let value = value(name) else { return nil }
        guard let integer = value.int64Value ?? textual(value).flatMap({ Int64($0) }) else {
            // A whole number beyond 64 bits is a question of range, a fraction one of form.
            if let number = value.doubleValue, number == number.rounded() { throw .outOfRange(name) }
            throw .bad(name)
        }
        guard range.contains(integer) else { throw .outOfRange(name) }
        return integer
    }

    /// A boolean, or none.
    func optionalBool(_ name: StaticString) throws(EventRejection) -> Bool? {
        guard let value = value(name) else { return nil }
        if let bool = value.boolValue { return bool }
        switch textual(value) {
        case "true", "True", "1": return true
        case "false", "False", "0": return false
        default: throw .bad(name)
        }
    }

    /// A hashrate in H/s: a number, or text with a suffix that stands for a power of 1000.
    func hashrate(_ name: StaticString) throws(EventRejection) -> Double {
        guard let value = value(name) else { throw .missing(name) }
        guard let number = value.doubleValue ?? value.stringValue.flatMap(Self.hashrate) else { throw .bad(name) }
        guard Self.notNegative.contains(number) else { throw .outOfRange(name) }
        return number
    }

    private func textual(_ value: JSONValue) -> String? { acceptsText ? value.stringValue : nil }

    private static func hashrate(_ text: String) -> Double? {
        guard let last = text.last else { return nil }
        let suffixes: [Character: Double] = ["K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18]
        guard let factor = suffixes[last] else { return Double(text) }
        return Double(text.dropLast()).map { $0 * factor }
    }
}
