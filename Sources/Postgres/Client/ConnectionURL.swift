/// A connection URL, `postgres://user:password@host:port/database?parameter=value`.
///
/// Schemes are `postgres` and `postgresql`; a `+driver` suffix, as other languages write it, is ignored. A Unix socket is
/// named by its directory, `?host=/var/run/postgresql`, or percent-encoded in the host's place.
public struct ConnectionURL: Sendable {
    /// libpq's keywords and their values.
    private(set) var keywords: [String: String]

    /// Parameters that are handed to libpq.
    private static let parameters: Set<String> = [
        "host", "hostaddr", "port", "dbname", "user", "password", "passfile", "application_name", "sslmode", "sslrootcert", "sslcert",
        "sslkey",
        "sslcrl", "sslsni", "ssl_min_protocol_version", "channel_binding", "gssencmode", "target_session_attrs", "keepalives",
        "keepalives_idle",
        "keepalives_interval", "keepalives_count", "tcp_user_timeout",
    ]

    /// Reads a URL.
    ///
    /// - Throws: ``PostgresError/invalidConfiguration(_:)`` naming the malformed part.
    public init(_ text: String) throws(PostgresError) {
        guard let (scheme, afterScheme) = text.cut(at: "://"),
            ["postgres", "postgresql"].contains(scheme.prefix { $0 != "+" }.lowercased())
        else { throw .invalidConfiguration("scheme") }
        var keywords: [String: String] = [:]
        var rest = afterScheme

        if let (head, query) = rest.cut(at: "?") {
            rest = head
            for pair in query.split(separator: "&") {
                let (name, value) = pair.cut(at: "=") ?? (pair, "")
                guard let name = name.percentDecoded, Self.parameters.contains(name), let value = value.percentDecoded else {
                    throw .invalidConfiguration("parameter \(name)")
                }
                keywords[name] = value
            }
        }
        if let (head, database) = rest.cut(at: "/") {
            rest = head
            try Self.set("dbname", to: database, in: &keywords)
        }
        if let at = rest.lastIndex(of: "@") {
            let (user, password) = rest[..<at].cut(at: ":") ?? (rest[..<at], "")
            try Self.set("user", to: user, in: &keywords)
            try Self.set("password", to: password, in: &keywords)
            rest = rest[rest.index(after: at)...]
        }
        try Self.setAddress(rest, in: &keywords)
        self.keywords = keywords
    }

    /// The same server, user and parameters with another database.
    public func naming(database: String) -> ConnectionURL {
        var copy = self
        copy.keywords["dbname"] = database
        return copy
    }

    private static func setAddress(_ address: Substring, in keywords: inout [String: String]) throws(PostgresError) {
        var (host, port) = (address, Substring())
        if address.hasPrefix("[") {
            guard let (inside, after) = address.dropFirst().cut(at: "]"), after.isEmpty || after.hasPrefix(":") else {
                throw .invalidConfiguration("host")
            }
            (host, port) = (inside, after.dropFirst())
        } else if let (name, number) = address.cut(at: ":") {
            (host, port) = (name, number)
        }
        guard port.isEmpty || (UInt16(port) ?? 0) > 0 else { throw .invalidConfiguration("port") }
        try set("host", to: host, in: &keywords)
        try set("port", to: port, in: &keywords)
    }

    /// Sets a keyword from the URL's path part; a parameter given after `?` wins, and an empty part sets nothing.
    private static func set(_ keyword: String, to value: Substring, in keywords: inout [String: String]) throws(PostgresError) {
        guard !value.isEmpty, keywords[keyword] == nil else { return }
        guard let decoded = value.percentDecoded else { throw .invalidConfiguration(keyword) }
        keywords[keyword] = decoded
    }
}

extension StringProtocol where SubSequence == Substring {
    /// The text before and after the first occurrence of a separator.
    fileprivate func cut(at separator: String) -> (Substring, Substring)? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(separator) {
                return (self[..<index], self[index...].dropFirst(separator.count))
            }
            formIndex(after: &index)
        }
        return nil
    }

    /// The text with `%XX` replaced by the bytes they stand for; `nil` when one is malformed.
    fileprivate var percentDecoded: String? {
        var bytes: [UInt8] = []
        var input = Array(utf8)[...]
        while let byte = input.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard input.count >= 2, let value = UInt8(String(decoding: input.prefix(2), as: UTF8.self), radix: 16), value != 0 else {
                return nil
            }
            bytes.append(value)
            input = input.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
