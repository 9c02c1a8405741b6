extension FieldRule where Value == Int {
    /// An integer within bounds.
    public static func integer(_ range: ClosedRange<Int> = Int.min...Int.max) -> FieldRule {
        FieldRule(
            schema: .integer(
                minimum: range.lowerBound == .min ? nil : Int64(range.lowerBound),
                maximum: range.upperBound == .max ? nil : Int64(range.upperBound)
            ),
            standIn: range.lowerBound == .min ? 0 : range.lowerBound,
            encode: { .integer(Int64($0)) }
        ) { source, faults in
            guard let value = integer(from: source, &faults) else { return nil }
            if range.contains(value) { return value }
            faults.add(.outOfRange, "Must be from \(range.lowerBound) to \(range.upperBound).")
            return nil
        }
    }

    /// An integer that is not less than a bound.
    public static func integer(_ range: PartialRangeFrom<Int>) -> FieldRule { integer(range.lowerBound...Int.max) }

    private static func integer(from source: FieldSource, _ faults: inout FaultList) -> Int? {
        switch source {
        case .json(.integer(let value)): return Int(value)
        case .json(.number(let value)) where value == value.rounded():
            if let integer = Int(exactly: value) { return integer }
            faults.add(.outOfRange, "Is outside the permitted range.")
        case .text(let text) where isDecimal(text):
            if let integer = Int(text) { return integer }
            faults.add(.outOfRange, "Is outside the permitted range.")
        default: faults.add(.type, "Must be an integer.")
        }
        return nil
    }

    /// Digits with an optional minus sign.
    private static func isDecimal(_ text: String) -> Bool {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        return !digits.isEmpty && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

extension FieldRule where Value == Double {
    /// A finite number within bounds.
    public static func number(_ range: ClosedRange<Double>) -> FieldRule {
        number(NumberBounds(minimum: range.lowerBound, maximum: range.upperBound), standIn: range.lowerBound)
    }

    /// A finite number greater than a bound.
    public static func number(greaterThan bound: Double) -> FieldRule {
        number(NumberBounds(exclusiveMinimum: bound), standIn: bound.nextUp)
    }

    /// Any finite number.
    public static var number: FieldRule { number(NumberBounds(), standIn: 0) }

    private static func number(_ bounds: NumberBounds, standIn: Double) -> FieldRule {
        FieldRule(schema: .number(bounds), standIn: standIn, encode: { .number($0) }) { source, faults in
            guard let value = number(from: source) else {
                faults.add(.type, "Must be a number.")
                return nil
            }
            if value >= bounds.minimum ?? value, value <= bounds.maximum ?? value, bounds.exclusiveMinimum.map({ value > $0 }) ?? true {
                return value
            }
            faults.add(.outOfRange, "Is outside the permitted range.")
            return nil
        }
    }

    private static func number(from source: FieldSource) -> Double? {
        switch source {
        case .json(let value): value.doubleValue
        case .text(let text): try? JSONReader.read(text.utf8) { try $0.readDouble() }
        }
    }
}

extension FieldRule where Value == Bool {
    /// `true` or `false`, in JSON as literals, elsewhere as these words.
    public static var boolean: FieldRule {
        FieldRule(schema: .boolean, standIn: false, encode: { .bool($0) }) { source, faults in
            switch source {
            case .json(.bool(let value)): return value
            case .text("true"): return true
            case .text("false"): return false
            default:
                faults.add(.type, "Must be true or false.")
                return nil
            }
        }
    }
}

extension FieldRule where Value == JSONValue {
    /// Any JSON value, unchecked beyond the limits of the body.
    public static var any: FieldRule {
        FieldRule(schema: .any, standIn: .null, encode: { $0 }) { source, _ in
            switch source {
            case .json(let value): value
            case .text(let text): .string(text)
            }
        }
    }
}

extension FieldRule where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the cases of an enumeration, by its raw value. The enumeration must have at least one case.
    public static func oneOf(_ type: Value.Type = Value.self) -> FieldRule {
        guard let first = Value.allCases.first else { preconditionFailure("\(Value.self) has no cases") }
        return oneOf(Array(Value.allCases), standIn: first)
    }

    /// One of some cases of an enumeration, by its raw value; at least one must be given.
    public static func oneOf(_ cases: [Value]) -> FieldRule {
        guard let first = cases.first else { preconditionFailure("\(Value.self): no cases given") }
        return oneOf(cases, standIn: first)
    }

    private static func oneOf(_ cases: [Value], standIn: Value) -> FieldRule {
        FieldRule(schema: .string(values: cases.map(\.rawValue)), standIn: standIn, encode: { .string($0.rawValue) }) {
            source,
            faults in
            guard let text = source.string else {
                faults.add(.type, "Must be a string.")
                return nil
            }
            if let value = Value(rawValue: text), cases.contains(where: { $0.rawValue == text }) { return value }
            faults.add(.notAllowed, "Is not one of the permitted values.")
            return nil
        }
    }
}
