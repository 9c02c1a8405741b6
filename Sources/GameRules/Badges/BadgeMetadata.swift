/// What a badge was earned with, for display: at most 8 camel-case keys with texts of at most 64 characters (spec 05 §4.4).
public struct BadgeMetadata: Hashable, Sendable {
    /// Most keys kept.
    public static let maximumKeys = 8
    /// Most characters of a value kept.
    public static let maximumCharacters = 64

    /// Keys and values as given; a key given twice has the last value.
    public private(set) var entries: [(key: String, value: String)] = []

    /// Nothing yet.
    public init() {}

    /// Keys and values in this order.
    public init(_ entries: KeyValuePairs<String, String>) {
        for (key, value) in entries { self[key] = value }
    }

    /// The value of a key. What is beyond the eighth key, or no printable text, is left out.
    public subscript(key: String) -> String? {
        get { entries.first { $0.key == key }?.value }
        set {
            let index = entries.firstIndex { $0.key == key }
            guard let text = newValue.map(Self.shown), !text.isEmpty else {
                if let index { entries.remove(at: index) }
                return
            }
            if let index {
                entries[index].value = text
            } else if entries.count < Self.maximumKeys {
                entries.append((key, text))
            }
        }
    }

    /// Adds another's keys after one's own.
    public mutating func merge(_ other: BadgeMetadata) {
        for (key, value) in other.entries { self[key] = value }
    }

    private static func shown(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control }.prefix(maximumCharacters)))
    }

    /// Equal entries in the same order.
    public static func == (left: BadgeMetadata, right: BadgeMetadata) -> Bool {
        left.entries.elementsEqual(right.entries) { $0 == $1 }
    }

    /// Hashes the entries.
    public func hash(into hasher: inout Hasher) {
        for (key, value) in entries {
            hasher.combine(key)
            hasher.combine(value)
        }
    }
}

/// Numbers as badges show them: `2,847,193,472`.
public enum GroupedNumber {
    /// With thousands separators.
    public static func text(_ value: Int64) -> String {
        let digits = Array(String(value.magnitude).utf8)
        var text: [UInt8] = value < 0 ? [UInt8(ascii: "-")] : []
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(UInt8(ascii: ",")) }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// With thousands separators and without decimals, which are cut off: a difficulty never looks greater than it was.
    public static func text(_ value: Double) -> String {
        text(Int64(exactly: value.rounded(.towardZero)) ?? (value > 0 ? .max : 0))
    }
}
