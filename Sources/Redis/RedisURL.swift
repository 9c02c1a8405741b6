import NIOSSL

extension RedisConfiguration {
    /// Reads `redis://[user:password@]host[:port][/database]`, `rediss://…` for TLS, or `unix:///path/to.sock?db=0`.
    ///
    /// A password given separately wins over the URL's. Throws ``RedisError/invalidURL``, which does not repeat the text.
    public init(url: String, password: String? = nil) throws {
        guard let schemeEnd = url.firstRange(of: "://") else { throw RedisError.invalidURL }
        var rest = url[schemeEnd.upperBound...]
        if let fragment = rest.firstIndex(of: "#") { rest = rest[..<fragment] }
        let query = rest.firstIndex(of: "?").map { rest[rest.index(after: $0)...] }
        if let start = rest.firstIndex(of: "?") { rest = rest[..<start] }

        switch url[..<schemeEnd.lowerBound].lowercased() {
        case "redis":
            self = try Self.network(rest, defaultPort: 6379)
        case "rediss":
            self = try Self.network(rest, defaultPort: 6379)
            tls = .makeClientConfiguration()
        case "unix", "redis+unix":
            self = try Self.unixSocket(rest)
        default:
            throw RedisError.invalidURL
        }
        for parameter in query?.split(separator: "&") ?? [] where parameter.hasPrefix("db=") {
            database = try Self.database(parameter.dropFirst(3))
        }
        if let password { self.password = password }
    }

    private static func network(_ text: Substring, defaultPort: Int) throws -> RedisConfiguration {
        let pathStart = text.firstIndex(of: "/") ?? text.endIndex
        let (account, address) = splitAccount(text[..<pathStart])
        var host = address
        var port = defaultPort
        if let bracket = address.firstIndex(of: "]"), address.hasPrefix("[") {
            host = address[address.index(after: address.startIndex)..<bracket]
            let tail = address[address.index(after: bracket)...]
            if !tail.isEmpty { port = try Self.port(tail) }
        } else if let colon = address.lastIndex(of: ":") {
            host = address[..<colon]
            port = try Self.port(address[colon...])
        }
        guard !host.isEmpty else { throw RedisError.invalidURL }
        var configuration = RedisConfiguration(endpoint: .tcp(host: try decoded(host), port: port))
        try configuration.setAccount(account)
        let path = text[pathStart...].drop { $0 == "/" }
        if !path.isEmpty { configuration.database = try database(path) }
        return configuration
    }

    private static func unixSocket(_ text: Substring) throws -> RedisConfiguration {
        let (account, path) = splitAccount(text)
        guard path.hasPrefix("/"), path.utf8.count > 1 else { throw RedisError.invalidURL }
        var configuration = RedisConfiguration(endpoint: .unix(path: try decoded(path)))
        try configuration.setAccount(account)
        return configuration
    }

    private static func splitAccount(_ text: Substring) -> (account: Substring?, rest: Substring) {
        guard let at = text.lastIndex(of: "@") else { return (nil, text) }
        return (text[..<at], text[text.index(after: at)...])
    }

    private mutating func setAccount(_ account: Substring?) throws {
        guard let account else { return }
        let colon = account.firstIndex(of: ":") ?? account.endIndex
        if !account[..<colon].isEmpty { username = try Self.decoded(account[..<colon]) }
        let password = account[colon...].dropFirst()
        if !password.isEmpty { self.password = try Self.decoded(password) }
    }

    private static func port(_ text: Substring) throws -> Int {
        guard text.hasPrefix(":"), let port = Int(text.dropFirst()), (1...65_535).contains(port) else { throw RedisError.invalidURL }
        return port
    }

    private static func database(_ text: Substring) throws -> Int {
        guard let database = Int(text), database >= 0 else { throw RedisError.invalidURL }
        return database
    }

    /// Undoes percent-encoding.
    private static func decoded(_ text: Substring) throws -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                throw RedisError.invalidURL
            }
            bytes.append(high << 4 | low)
        }
        guard let string = String(validating: bytes, as: UTF8.self) else { throw RedisError.invalidURL }
        return string
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
