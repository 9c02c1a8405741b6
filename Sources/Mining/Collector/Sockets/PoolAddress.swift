/// Where a pool writes to: a Unix socket, and of which kind.
package struct PoolAddress: Sendable, Hashable {
    /// How events are told apart.
    package enum Kind: String, Sendable {
        /// One datagram is one event: what the pool in use does.
        case datagram
        /// A byte stream of events, each ended by a newline or a NUL.
        case stream
    }

    package let kind: Kind
    package let path: String

    /// - Parameter text: a path; `stream:` before it asks for a stream socket, `datagram:` for the default.
    package init(_ text: String) {
        if text.hasPrefix("stream:") {
            (kind, path) = (.stream, String(text.dropFirst(7)))
        } else if text.hasPrefix("datagram:") {
            (kind, path) = (.datagram, String(text.dropFirst(9)))
        } else {
            (kind, path) = (.datagram, text)
        }
    }
}
