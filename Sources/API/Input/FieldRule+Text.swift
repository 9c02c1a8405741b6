import Foundation

extension FieldRule where Value == String {
    /// A text whose length in Unicode scalars, after normalisation to NFC and trimming of white space, is within bounds.
    /// Control, bidirectional and zero-width characters are faults (spec 01 §1).
    ///
    /// - Parameters:
    ///   - length: in Unicode scalars.
    ///   - isMultiline: whether line feeds are permitted.
    ///   - trims: whether white space at both ends is removed.
    public static func string(_ length: ClosedRange<Int>, isMultiline: Bool = false, trims: Bool = true) -> FieldRule {
        FieldRule(
            schema: .string(TextShape(minimumLength: length.lowerBound, maximumLength: length.upperBound)),
            standIn: "",
            encode: { .string($0) }
        ) { source, faults in
            guard let text = text(from: source, isMultiline: isMultiline, trims: trims, &faults) else { return nil }
            let count = text.unicodeScalars.count
            if length.contains(count) { return text }
            if count < length.lowerBound {
                faults.add(.tooShort, "Must have at least \(length.lowerBound) characters.")
            } else {
                faults.add(.tooLong, "Must have at most \(length.upperBound) characters.")
            }
            return nil
        }
    }

    fileprivate static func text(from source: FieldSource, isMultiline: Bool, trims: Bool, _ faults: inout FaultList) -> String? {
        guard let text = source.string else {
            faults.add(.type, "Must be a string.")
            return nil
        }
        guard TextRules.isPermitted(text, isMultiline: isMultiline) else {
            faults.add(.invalidCharacters, "Contains characters that are not permitted.")
            return nil
        }
        let normalized = TextRules.normalized(text)
        return trims ? TextRules.trimmed(normalized) : normalized
    }
}

extension FieldRule {
    /// A text in some format, such as an instant, a day or an identifier.
    ///
    /// - Parameters:
    ///   - name: the format's name in descriptions, such as `date-time` or `uuid`.
    ///   - maximumLength: longer texts are not parsed at all; in Unicode scalars.
    ///   - parse: nil for a text that does not follow the format.
    public static func format(
        _ name: String,
        standIn: @escaping @autoclosure @Sendable () -> Value,
        maximumLength: Int = 256,
        code: FaultCode = .format,
        message: String = "Has the wrong format.",
        encode: @escaping @Sendable (Value) -> JSONValue? = { _ in nil },
        parse: @escaping @Sendable (String) -> Value?
    ) -> FieldRule {
        FieldRule(schema: .string(format: name), standIn: standIn(), encode: encode) { source, faults in
            guard let text = FieldRule<String>.text(from: source, isMultiline: false, trims: false, &faults) else { return nil }
            if text.utf8.count <= maximumLength * 4, let value = parse(text) { return value }
            faults.add(code, message)
            return nil
        }
    }
}

/// What every incoming text goes through (spec 01 §1).
enum TextRules {
    /// Whether a text is free of control, bidirectional and zero-width characters; only line feeds may be excepted.
    static func isPermitted(_ text: String, isMultiline: Bool) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x0A: isMultiline
            case 0x00...0x1F, 0x7F...0x9F, 0x200B...0x200D, 0x202A...0x202E, 0x2060, 0x2066...0x2069, 0xFEFF: false
            default: true
            }
        }
    }

    /// The text in Unicode normalisation form C.
    static func normalized(_ text: String) -> String {
        // Below U+0300 no scalar combines with another, so most texts are in NFC as they are.
        text.unicodeScalars.allSatisfy { $0.value < 0x300 } ? text : text.precomposedStringWithCanonicalMapping
    }

    /// The text without white space at both ends.
    static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return start == scalars.startIndex && scalars.index(after: last) == scalars.endIndex ? text : String(scalars[start...last])
    }
}
