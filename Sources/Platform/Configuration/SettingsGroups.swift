import Postgres
import Redis

/// The REST and socket listener (spec 01 §2, §4–§9).
package struct HTTPSettings: Sendable {
    package let host: String
    package let port: Int
    package let metricsHost: String
    package let metricsPort: Int
    package let corsOrigins: [String]
    package let trustedProxies: [String]
    package let publicBaseURL: String
    package let frontendBaseURL: String
    package let docsEnabled: Bool
    package let rateLimitScale: Double
    package let drainSeconds: Int

    init(_ reader: inout SettingsReader, environment: Settings.Environment) {
        host = reader.text("HOST", "0.0.0.0", "address the API listens on", length: 1...255)
        port = reader.integer("PORT", 8000, in: 0...65535, "port of REST and `/ws`; 0 takes a free one")
        metricsHost = reader.text("METRICS_HOST", "0.0.0.0", "address `/metrics` listens on", length: 1...255)
        metricsPort = reader.integer("METRICS_PORT", 9101, in: 0...65535, "port of `/metrics`; 0 turns it off")
        corsOrigins = reader.list(
            "CORS_ORIGINS",
            ["http://localhost:5173", "http://localhost:3000"],
            "exact origins browsers may call from; no `*`; https only in production"
        )
        trustedProxies = reader.list("TRUSTED_PROXIES", [], "CIDR list of proxies whose X-Forwarded-For is believed")
        publicBaseURL = reader.webAddress("PUBLIC_BASE_URL", "http://localhost:5173", "address of the site; https in production")
        frontendBaseURL = reader.webAddress("FRONTEND_BASE_URL", publicBaseURL, "address used for links in mails")
        docsEnabled = reader.boolean(
            "DOCS_ENABLED",
            environment != .production,
            "serves `/docs` and `/redoc`; false by default in production"
        )
        rateLimitScale = reader.number("RATE_LIMIT_SCALE", 1, upTo: 1_000_000, "multiplies every rate limit; must be 1 in production")
        drainSeconds = reader.integer(
            "DRAIN_SECONDS",
            5,
            in: 0...60,
            "how long a stopping node keeps accepting after `/ready` says draining, seconds"
        )
        for origin in corsOrigins where CORSOrigin(origin) == nil {
            reader.refuse("CORS_ORIGINS", "must list exact http or https origins without a path; `*` is not allowed")
            break
        }
        for proxy in trustedProxies where AddressRange(proxy) == nil {
            reader.refuse("TRUSTED_PROXIES", "must list addresses or CIDR ranges")
            break
        }
    }
}

/// PostgreSQL (spec 01 §2, 11 §9).
package struct DatabaseSettings: Sendable {
    package let url: Secret
    package let password: Secret?
    package let poolMinimum: Int
    package let poolMaximum: Int
    package let acquireSeconds: Int
    package let timescale: Settings.TimescaleMode
    package let clusterAPINodes: Int
    package let clusterWorkerNodes: Int

    init(_ reader: inout SettingsReader) {
        let text = reader.text(
            "DATABASE_URL",
            "postgres://tbg@localhost:5432/thebitcoingame",
            "schemes postgres and postgresql, an optional `+driver` is ignored; `sslmode` and `host` parameters honoured"
        )
        if (try? PostgresConfiguration(url: text)) == nil {
            reader.refuse("DATABASE_URL", "must be postgres:// or postgresql:// with host, database and parameters that libpq knows")
        }
        url = Secret(text)
        password = reader.secret("DATABASE_PASSWORD", "overrides the password in the URL")
        poolMinimum = reader.integer("DATABASE_POOL_MIN", 5, in: 1...100, "connections kept open per process")
        poolMaximum = reader.integer("DATABASE_POOL_MAX", 20, in: 1...200, "most connections per process")
        acquireSeconds = reader.integer("DATABASE_ACQUIRE_SECONDS", 2, in: 1...60, "longest wait for a free connection")
        timescale = reader.choice(
            "TIMESCALE",
            .auto,
            "time tables as TimescaleDB hypertables or native partitions, fixed by the first migration"
        )
        clusterAPINodes = reader.integer("CLUSTER_API_NODES", 1, in: 0...1000, "API nodes of the deployment, for the connection budget")
        clusterWorkerNodes = reader.integer(
            "CLUSTER_WORKER_NODES",
            1,
            in: 0...1000,
            "worker nodes of the deployment, for the connection budget"
        )
        if poolMinimum > poolMaximum { reader.refuse("DATABASE_POOL_MIN", "must not exceed TBG_DATABASE_POOL_MAX") }
    }
}

/// Redis (spec 01 §2, §11).
package struct RedisSettings: Sendable {
    package let url: Secret
    package let password: Secret?

    init(_ reader: inout SettingsReader) {
        let text = reader.text("REDIS_URL", "redis://localhost:6379/0", "schemes redis, rediss (TLS) and unix")
        if (try? RedisConfiguration(url: text)) == nil {
            reader.refuse("REDIS_URL", "must be redis://, rediss:// or unix:// with a host or path")
        }
        url = Secret(text)
        password = reader.secret("REDIS_PASSWORD", "overrides the password in the URL")
    }
}

/// Sign-in and tokens (spec 01 §2, 02 §4, §7).
package struct TokenSettings: Sendable {
    package let authDomain: String
    package let challengeExpireSeconds: Int
    package let privateKey: Secret?
    /// The file the signing key was read from, to be read again when it changes.
    package let privateKeyPath: String?
    package let verifyKeysDirectory: String?
    package let publicKeyPath: String?
    package let issuer: String
    package let audience: String
    package let accessTTLSeconds: Int
    package let leewaySeconds: Int
    package let refreshTTLDays: Int
    package let sessionMaxDays: Int
    package let refreshReuseGraceSeconds: Int
    package let sessionKey: Secret?
    package let privacyHashKey: Secret?

    init(_ reader: inout SettingsReader) {
        authDomain = reader.text("AUTH_DOMAIN", "thebitcoingame.com", "domain named in sign-in messages", length: 1...32)
        challengeExpireSeconds = reader.integer("BTC_CHALLENGE_EXPIRE_SECONDS", 300, in: 60...900, "life of a sign-in challenge, seconds")
        privateKey = reader.secret("JWT_PRIVATE_KEY", "RSA signing key, PEM", synonym: "JWT_PRIVATE_KEY_PATH")
        privateKeyPath = reader.path(ofSecret: "JWT_PRIVATE_KEY", synonym: "JWT_PRIVATE_KEY_PATH")
        verifyKeysDirectory = reader.optionalText("JWT_VERIFY_KEYS_DIR", "directory of PEM public keys that also verify")
        publicKeyPath = reader.optionalText("JWT_PUBLIC_KEY_PATH", "one more PEM public key that verifies")
        issuer = reader.text("JWT_ISSUER", "thebitcoingame.com", "`iss` of access tokens", length: 1...255)
        audience = reader.text("JWT_AUDIENCE", "api.thebitcoingame.com", "`aud` of access tokens", length: 1...255)
        accessTTLSeconds = reader.integer("JWT_ACCESS_TTL_SECONDS", 3600, in: 1...7200, "life of an access token, seconds")
        leewaySeconds = reader.integer("JWT_LEEWAY_SECONDS", 30, in: 0...60, "clock difference tolerated, seconds")
        refreshTTLDays = reader.integer("REFRESH_TTL_DAYS", 7, in: 1...90, "life of a refresh token, days")
        sessionMaxDays = reader.integer("SESSION_MAX_DAYS", 30, in: 1...365, "life of a session, days")
        refreshReuseGraceSeconds = reader.integer(
            "REFRESH_REUSE_GRACE_SECONDS",
            30,
            in: 0...60,
            "a replaced refresh token is honoured this long, seconds"
        )
        sessionKey = reader.secret("SESSION_KEY", "32 bytes as 64 hex; required outside development and test")
        privacyHashKey = reader.secret("PRIVACY_HASH_KEY", "32 bytes as 64 hex; required outside development and test")
        if !authDomain.utf8.allSatisfy(\.isHostCharacter) || authDomain.hasPrefix(".") || authDomain.hasPrefix("-")
            || authDomain.hasSuffix(".")
            || authDomain.hasSuffix("-") || authDomain.contains("..")
        {
            reader.refuse("AUTH_DOMAIN", "must be a host name")
        }
        for (name, key) in [("SESSION_KEY", sessionKey), ("PRIVACY_HASH_KEY", privacyHashKey)] {
            if let key, key.revealed.utf8.count != 64 || !key.revealed.utf8.allSatisfy(\.isHexDigit) {
                reader.refuse(name, "must be 64 hexadecimal digits")
            }
        }
    }
}

/// Outgoing mail (spec 01 §2, 02 §9).
package struct MailSettings: Sendable {
    /// Who carries a message.
    package enum Provider: String, Sendable, CaseIterable {
        case log, file, smtp, resend, ses
    }

    package let isEnabled: Bool
    package let provider: Provider
    package let fileDirectory: String
    package let fromAddress: String
    package let fromName: String
    package let supportAddress: String
    package let smtpHost: String
    package let smtpPort: Int
    package let smtpUsername: String?
    package let smtpPassword: Secret?
    package let smtpUsesTLS: Bool
    package let resendKey: Secret?
    package let sesRegion: String?
    package let sesAccessKey: Secret?
    package let sesSecretKey: Secret?

    init(_ reader: inout SettingsReader) {
        isEnabled = reader.boolean("EMAIL_AUTH_ENABLED", true, "offers sign-in by e-mail")
        provider = reader.choice("EMAIL_PROVIDER", .log, "who carries mail; log and file only in development")
        fileDirectory = reader.text("EMAIL_FILE_DIR", "mail", "directory of the file provider")
        fromAddress = reader.text("EMAIL_FROM_ADDRESS", "noreply@thebitcoingame.com", "sender address", length: 3...254)
        fromName = reader.text("EMAIL_FROM_NAME", "The Bitcoin Game", "sender name", length: 1...64)
        supportAddress = reader.text("SUPPORT_EMAIL", "support@thebitcoingame.com", "address named in mails", length: 3...254)
        smtpHost = reader.text("SMTP_HOST", "localhost", "mail server", length: 1...255)
        smtpPort = reader.integer("SMTP_PORT", 587, in: 1...65535, "port of the mail server")
        smtpUsername = reader.optionalText("SMTP_USERNAME", "user at the mail server")
        smtpPassword = reader.secret("SMTP_PASSWORD", "password at the mail server")
        smtpUsesTLS = reader.boolean("SMTP_USE_TLS", true, "requires STARTTLS, or on port 465 TLS from the start")
        resendKey = reader.secret("RESEND_API_KEY", "API key at Resend")
        sesRegion = reader.optionalText("SES_REGION", "region of Amazon SES, such as `eu-central-1`")
        sesAccessKey = reader.secret("SES_ACCESS_KEY", "access key at Amazon SES")
        sesSecretKey = reader.secret("SES_SECRET_KEY", "secret key at Amazon SES")
        check(&reader)
    }

    /// What the chosen carrier cannot do without.
    private func check(_ reader: inout SettingsReader) {
        for (name, address) in [("EMAIL_FROM_ADDRESS", fromAddress), ("SUPPORT_EMAIL", supportAddress)] where !Self.isAddress(address) {
            reader.refuse(name, "must be an e-mail address")
        }
        switch provider {
        case .log, .file: break
        case .smtp:
            if (smtpUsername == nil) != (smtpPassword == nil) {
                reader.refuse("SMTP_USERNAME", "and TBG_SMTP_PASSWORD must be given together")
            }
        case .resend:
            if resendKey == nil { reader.refuse("RESEND_API_KEY", "is required by the provider resend") }
        case .ses:
            let isRegion = sesRegion?.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
            if isRegion != true { reader.refuse("SES_REGION", "is required by the provider ses, such as eu-central-1") }
            if sesAccessKey == nil { reader.refuse("SES_ACCESS_KEY", "is required by the provider ses") }
            if sesSecretKey == nil { reader.refuse("SES_SECRET_KEY", "is required by the provider ses") }
        }
    }

    /// The common form: letters, digits and a few signs on both sides of one `@`.
    private static func isAddress(_ text: String) -> Bool {
        text.wholeMatch(of: /[A-Za-z0-9!#$%&'*+\/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+\/=?^_`{|}~-]+)*@([A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*/)
            != nil
    }
}

/// The socket endpoint (spec 04 §7, 12 §7).
package struct RealtimeSettings: Sendable {
    package let maximumSocketsPerNode: Int
    package let tokenGraceSeconds: Int

    init(_ reader: inout SettingsReader) {
        maximumSocketsPerNode = reader.integer("WS_MAX_PER_NODE", 20000, in: 1...1_000_000, "sockets one node accepts")
        tokenGraceSeconds = reader.integer(
            "WS_TOKEN_GRACE_SECONDS",
            43200,
            in: 0...604_800,
            "an expired token of a living session opens a socket this long, seconds"
        )
    }
}
