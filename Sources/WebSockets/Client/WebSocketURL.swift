/// The parts of `ws://host[:port][/path][?query]` a client needs. The target is sent as written, without re-encoding.
struct WebSocketURL: Equatable, Sendable {
    var host: String
    var port: Int
    var target: String

    init(parsing url: String) throws(WebSocketClientError) {
        guard let scheme = ["ws://", "http://"].first(where: url.lowercased().hasPrefix) else { throw .invalidURL }
        let rest = url.dropFirst(scheme.count)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let target = rest[end...].prefix { $0 != "#" }
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { throw .invalidURL }
        self.target = target.hasPrefix("/") ? String(target) : "/" + target

        let authority = rest[..<end]
        guard !authority.contains("@") else { throw .invalidURL }
        let hostEnd: Substring.Index
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else { throw .invalidURL }
            self.host = String(authority[..<bracket].dropFirst())
            hostEnd = authority.index(after: bracket)
        } else {
            hostEnd = authority.firstIndex(of: ":") ?? authority.endIndex
            self.host = String(authority[..<hostEnd])
        }
        let port = authority[hostEnd...]
        if port.isEmpty {
            self.port = 80
        } else {
            guard port.first == ":", let number = UInt16(port.dropFirst()), number > 0 else { throw .invalidURL }
            self.port = Int(number)
        }
        guard !self.host.isEmpty else { throw .invalidURL }
    }

    /// The `Host` field.
    var authority: String {
        let host = self.host.contains(":") ? "[\(self.host)]" : self.host
        return self.port == 80 ? host : "\(host):\(self.port)"
    }
}
