package import Platform

/// The text of an API key: `sk-tbg-` and 64 lower-case hexadecimal digits, of 32 random bytes (spec 02 §8.4).
///
/// Shown once to its owner. Its prefix finds it, its hash proves it; the text itself is never stored nor logged.
package struct APIKey: Sendable, Equatable {
    package static let opening = "sk-tbg-"
    private static let digits = 64
    private static let prefixLength = 14

    /// The whole key, a secret.
    let text: String

    /// The first 14 characters, by which owner and service tell keys apart.
    package var prefix: String { String(text.prefix(Self.prefixLength)) }

    /// A new key.
    package init(random: RandomSource) {
        text = Self.opening + Hex.encode(random.bytes(Self.digits / 2))
    }

    /// - Returns: nil for a text of another shape.
    package init?(_ text: String) {
        guard text.utf8.count == Self.opening.utf8.count + Self.digits, text.hasPrefix(Self.opening),
            text.utf8.dropFirst(Self.opening.utf8.count).allSatisfy(Self.isDigit)
        else { return nil }
        self.text = text
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

extension APIKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The prefix alone.
    package var description: String { prefix + "…" }
    /// The prefix alone.
    package var debugDescription: String { description }
    /// No children, so that dumps show nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a key may be used for.
package enum KeyScope: String, CaseIterable, Sendable {
    /// GET and HEAD.
    case read
    /// Every method; includes reading.
    case write

    /// The scopes with those they include, in order.
    package static func closure(_ scopes: Set<KeyScope>) -> [KeyScope] {
        scopes.contains(.write) ? [.read, .write] : scopes.contains(.read) ? [.read] : []
    }
}
