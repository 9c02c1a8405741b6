extension FieldRule {
    /// An array of values that all follow one rule.
    ///
    /// - Parameter count: how many elements are permitted; the faults are `too_short` and `too_long`.
    public static func array<Element>(of rule: FieldRule<Element>, _ count: ClosedRange<Int>) -> FieldRule where Value == [Element] {
        FieldRule(
            schema: .array(rule.schema(), minimumCount: count.lowerBound, maximumCount: count.upperBound),
            standIn: [],
            encode: { elements in .array(elements.compactMap(rule.encode)) }
        ) { source, faults in
            guard case .json(.array(let values)) = source else {
                faults.add(.type, "Must be an array.")
                return nil
            }
            if values.count < count.lowerBound {
                faults.add(.tooShort, "Must have at least \(count.lowerBound) elements.")
                return nil
            }
            if values.count > count.upperBound {
                faults.add(.tooLong, "Must have at most \(count.upperBound) elements.")
                return nil
            }
            var elements: [Element] = []
            elements.reserveCapacity(values.count)
            for (index, value) in values.enumerated() {
                if let element = faults.within(String(index), { rule.read(.json(value), &$0) }) { elements.append(element) }
            }
            return elements.count == values.count ? elements : nil
        }
    }

    /// An object with members of any name whose values all follow one rule.
    public static func dictionary<Element>(of rule: FieldRule<Element>, _ count: ClosedRange<Int>) -> FieldRule
    where Value == [String: Element] {
        FieldRule(schema: .dictionary(rule.schema()), standIn: [:]) { source, faults in
            guard case .json(.object(let object)) = source else {
                faults.add(.type, "Must be an object.")
                return nil
            }
            if object.count < count.lowerBound {
                faults.add(.tooShort, "Must have at least \(count.lowerBound) members.")
                return nil
            }
            if object.count > count.upperBound {
                faults.add(.tooLong, "Must have at most \(count.upperBound) members.")
                return nil
            }
            var elements: [String: Element] = [:]
            for (index, member) in object.enumerated() {
                // The name is the client's text, which is never echoed: faults go by position.
                elements[member.name] = faults.within(String(index)) { rule.read(.json(member.value), &$0) }
            }
            return elements.count == object.count ? elements : nil
        }
    }
}

extension FieldRule where Value: FieldObject {
    /// An object with its own fields.
    public static func object(_ type: Value.Type = Value.self) -> FieldRule {
        FieldRule(
            schema: .named(String(describing: Value.self)) { .object(ObjectFields.describe(Value.self).map(\.property)) },
            standIn: ObjectFields.standIn(Value.self)
        ) { source, faults in
            guard case .json(.object(let object)) = source else {
                faults.add(.type, "Must be an object.")
                return nil
            }
            let count = faults.faults.count
            var fields = ObjectFields(reading: object, faults: faults)
            let value = Value(from: &fields)
            faults = fields.faults
            return faults.faults.count == count ? value : nil
        }
    }
}
