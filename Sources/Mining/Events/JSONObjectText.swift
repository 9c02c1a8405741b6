package import API
package import NIOCore

/// An object as compact JSON text. Null members are left out, and no string holds U+0000, which PostgreSQL's `jsonb` refuses.
package struct JSONObjectText: Sendable, Hashable {
    /// The text in UTF-8.
    package let buffer: ByteBuffer

    /// Takes text that is known to be an object.
    package init(trusted buffer: ByteBuffer) {
        self.buffer = buffer
    }

    /// Writes an object.
    package init(_ object: JSONObject) {
        var kept = JSONObject()
        for (name, value) in object where !value.isNull { kept[Self.cleaned(name)] = Self.cleaned(value) }
        var writer = JSONWriter(capacity: 384)
        writer.value(.object(kept))
        buffer = writer.buffer
    }

    /// The text as bytes.
    package var bytes: [UInt8] { Array(buffer.readableBytesView) }

    private static func cleaned(_ text: String) -> String {
        guard text.utf8.contains(0) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }))
    }

    /// Recursion is bounded by the depth of the parser.
    private static func cleaned(_ value: JSONValue) -> JSONValue {
        switch value {
        case .null, .bool, .integer, .number: return value
        case .string(let text): return .string(cleaned(text))
        case .array(let elements): return .array(elements.map(cleaned))
        case .object(let object):
            var result = JSONObject()
            for (name, value) in object { result[cleaned(name)] = cleaned(value) }
            return .object(result)
        }
    }
}
