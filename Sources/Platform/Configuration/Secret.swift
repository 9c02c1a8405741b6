/// A value that must not be shown: every textual form of it is the word `secret`.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The value itself; spell this word out only where the secret is used.
    package let revealed: String

    /// Wraps a value.
    package init(_ value: String) {
        self.revealed = value
    }

    /// Always `secret`.
    package var description: String { "secret" }
    /// Always `secret`.
    package var debugDescription: String { "secret" }
    /// A mirror without children, so that dumps show nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
