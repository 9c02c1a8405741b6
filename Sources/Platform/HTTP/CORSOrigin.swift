import Foundation

/// A web origin: scheme, host and port, compared exactly (RFC 6454, spec 01 §4.2).
package struct CORSOrigin: Sendable, Equatable {
    /// The origin as a browser sends it.
    package let text: String
    let isHTTPS: Bool
    let isLocal: Bool

    /// - Returns: nil unless the text is `http(s)://host[:port]` and nothing more.
    package init?(_ text: String) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme, let host = parts.host, !host.isEmpty,
            scheme == "http" || scheme == "https",
            parts.path.isEmpty, parts.query == nil, parts.fragment == nil, parts.user == nil,
            !host.contains("*")
        else { return nil }
        self.text = text
        isHTTPS = scheme == "https"
        isLocal = host == "localhost" || host.hasSuffix(".localhost") || host == "127.0.0.1" || host == "[::1]"
    }
}
