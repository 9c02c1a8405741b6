/// Where the database is and how the client behaves. All durations have the wire's own meaning: limits, not averages.
public struct PostgresConfiguration: Sendable {
    /// Server, user, database and TLS settings, as libpq knows them.
    public var url: ConnectionURL
    /// Replaces the URL's password.
    public var password: String?
    /// How connections announce themselves in `pg_stat_activity`.
    public var applicationName = "postgres-client"

    /// Connections that transactions borrow: kept open at least, opened at most.
    public var poolSize = 5...20
    /// Read-only connections that all reads share.
    public var readConnections = 2
    /// How long an extra connection above the minimum may lie idle before it is closed.
    public var idleTimeout: Duration = .seconds(60)

    /// Time to establish one connection.
    public var connectTimeout: Duration = .seconds(5)
    /// Time a call waits for a connection before ``PostgresError/acquireTimeout``.
    public var acquireTimeout: Duration = .seconds(10)
    /// Time the server gives one statement; zero switches the limit off.
    public var statementTimeout: Duration = .seconds(30)
    /// Time beyond `statementTimeout` after which a silent server is given up and its connection dropped.
    public var responseGrace: Duration = .seconds(5)
    /// Time the server waits for one lock.
    public var lockTimeout: Duration = .seconds(5)
    /// Time after which the server ends a session that idles inside a transaction.
    public var idleInTransactionTimeout: Duration = .seconds(60)

    /// First and longest delay between attempts to connect; doubled each time, with jitter.
    public var reconnectDelay: ClosedRange<Duration> = .milliseconds(200)...Duration.seconds(5)
    /// Prepared statements kept per connection.
    public var statementCacheCapacity = 256
    /// What metric names begin with: `…_query_seconds`, `…_errors_total`, `…_pool_size`, `…_pool_free`, `…_pool_waiters`.
    public var metricsPrefix = "postgres"

    /// A configuration with the usual limits.
    ///
    /// - Throws: ``PostgresError/invalidConfiguration(_:)`` when the URL is malformed.
    public init(url: String, password: String? = nil) throws(PostgresError) {
        self.url = try ConnectionURL(url)
        self.password = password
    }
}

extension PostgresConfiguration {
    /// libpq's connection keywords. Session settings travel in the start-up packet, so that no session exists without them.
    func keywords(isReadOnly: Bool) -> [(String, String)] {
        var settings = [
            ("timezone", "UTC"),
            ("jit", "off"),
            ("statement_timeout", "\(statementTimeout.wholeMilliseconds)"),
            ("lock_timeout", "\(lockTimeout.wholeMilliseconds)"),
            ("idle_in_transaction_session_timeout", "\(idleInTransactionTimeout.wholeMilliseconds)"),
        ]
        if isReadOnly {
            settings.append(("default_transaction_read_only", "on"))
            // Statements are prepared to be planned once. The server would plan those on many partitions anew each time, because a plan
            // that prunes while it runs looks as dear as one that reads them all.
            settings.append(("plan_cache_mode", "force_generic_plan"))
        }

        var keywords = url.keywords
        keywords["password"] = password ?? keywords["password"]
        keywords["application_name"] = keywords["application_name"] ?? applicationName
        keywords["client_encoding"] = "UTF8"
        keywords["gssencmode"] = keywords["gssencmode"] ?? "disable"
        keywords["options"] = settings.map { "-c \($0.0)=\($0.1)" }.joined(separator: " ")
        return keywords.map { ($0.key, $0.value) }
    }
}

extension Duration {
    /// Milliseconds, cut to an integer the server accepts.
    var wholeMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        guard seconds < 2_000_000 else { return .max }
        return Int32(seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
    }

    /// Nanoseconds, never negative.
    var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(min(seconds, 1_000_000_000)) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
