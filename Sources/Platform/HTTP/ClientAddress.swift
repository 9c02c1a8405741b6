/// Who is calling: the TCP peer, or what a trusted proxy says it is (spec 01 §7.2).
package struct ClientAddress: Sendable, Equatable {
    /// Nil where a proxy named something that is no address; such callers share the budget of `unknown`.
    package let address: IPAddress?

    /// The key rate limits are counted under.
    package var group: String { address?.group ?? "unknown" }
    /// What access logs show.
    package var truncated: String { address?.truncated ?? "unknown" }
    /// The whole address, for audit rows only.
    package var full: String? { address?.text }

    /// - Parameters:
    ///   - peer: the TCP peer; nil for a Unix socket.
    ///   - forwardedFor: the values of all `X-Forwarded-For` lines in order.
    ///   - trusted: proxies that are believed.
    package init(peer: IPAddress?, forwardedFor: [String], trusted: [AddressRange]) {
        func isTrusted(_ address: IPAddress) -> Bool { trusted.contains { $0.contains(address) } }
        guard let peer, isTrusted(peer), !forwardedFor.isEmpty else {
            address = peer
            return
        }
        var candidate: IPAddress? = peer
        for entry in forwardedFor.flatMap({ $0.split(separator: ",") }).reversed() {
            candidate = IPAddress(entry.drop { $0 == " " }.prefix { $0 != " " })
            guard let candidate, isTrusted(candidate) else { break }
        }
        address = candidate
    }
}
