/// What start-up refuses outside development (spec 01 §2, 11 §1, §19.15).
enum ProductionChecks {
    /// Passwords that are published somewhere and therefore protect nothing.
    static let knownPasswords: Set<String> = ["tbg", "tbgdev2026", "postgres", "redis", ""]

    static func run(_ settings: Settings, _ reader: inout SettingsReader) {
        if !settings.environment.isRelaxed {
            if settings.debug { reader.refuse("DEBUG", "must be false outside development") }
            if settings.tokens.privateKey == nil {
                reader.refuse("JWT_PRIVATE_KEY", "is required outside development, as TBG_JWT_PRIVATE_KEY_FILE")
            }
            if settings.tokens.sessionKey == nil { reader.refuse("SESSION_KEY", "is required outside development") }
            if settings.tokens.privacyHashKey == nil { reader.refuse("PRIVACY_HASH_KEY", "is required outside development") }
        }
        if let key = settings.tokens.privateKey,
            let problem = SigningKeyCheck.problem(key.revealed, isProduction: settings.environment == .production)
        {
            reader.refuse("JWT_PRIVATE_KEY", problem)
        }
        if settings.environment == .staging, settings.mail.provider == .file {
            reader.refuse("EMAIL_PROVIDER", "must not be file outside development")
        }
        guard settings.environment == .production else { return }

        for name in reader.plainSecrets { reader.refuse(name, "must be given as TBG_\(name)_FILE in production") }
        for origin in settings.http.corsOrigins {
            guard let parsed = CORSOrigin(origin), parsed.isHTTPS, !parsed.isLocal else {
                reader.refuse("CORS_ORIGINS", "must list https origins other than localhost in production")
                break
            }
        }
        if !settings.http.publicBaseURL.hasPrefix("https://") { reader.refuse("PUBLIC_BASE_URL", "must be https in production") }
        if settings.http.rateLimitScale != 1 { reader.refuse("RATE_LIMIT_SCALE", "must be 1 in production") }
        if settings.mail.provider == .log || settings.mail.provider == .file {
            reader.refuse("EMAIL_PROVIDER", "must not be log or file in production")
        }
        for (name, url, password) in [
            ("DATABASE", settings.database.url, settings.database.password), ("REDIS", settings.redis.url, settings.redis.password),
        ] where knownPasswords.contains(password?.revealed ?? URLCredentials.password(in: url.revealed) ?? "") {
            reader.refuse(name + "_PASSWORD", "is missing or a well-known default")
        }
    }
}
