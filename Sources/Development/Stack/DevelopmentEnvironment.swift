/// The environment of the roles (spec 01 §2): what the operator set stays, except where the instance itself decides.
struct DevelopmentEnvironment: Sendable {
    let databaseURL: String
    let redisURL: String
    let collectorSocket: String
    let spoolDirectory: String
    /// Where mails land, unless the operator names another carrier.
    let mailDirectory: String
    let keys: DevelopmentKeys
    let port: Int
    let metricsPort: Int
    let workerMetricsPort: Int
    let collectorPort: Int
    let rateLimitScale: Double

    /// Variables of one role, over `inherited`.
    func variables(for role: Role, inherited: [String: String]) -> [String: String] {
        let own = [
            "ENVIRONMENT": "development",
            "HOST": inherited["TBG_HOST"] ?? "0.0.0.0",
            "PORT": String(port),
            "METRICS_PORT": String(role == .api ? metricsPort : role == .worker ? workerMetricsPort : 0),
            "DATABASE_URL": databaseURL,
            "REDIS_URL": redisURL,
            "COLLECTOR_SOCKET": collectorSocket,
            "COLLECTOR_SPOOL_DIR": spoolDirectory,
            "COLLECTOR_ADMIN_PORT": String(collectorPort),
            "RATE_LIMIT_SCALE": "\(rateLimitScale)",
            "JWT_PRIVATE_KEY_FILE": keys.signingKeyPath,
            "SESSION_KEY_FILE": keys.sessionKeyPath,
            "PRIVACY_HASH_KEY_FILE": keys.privacyHashKeyPath,
            "DRAIN_SECONDS": inherited["TBG_DRAIN_SECONDS"] ?? "0",
            "LOG_FORMAT": inherited["TBG_LOG_FORMAT"] ?? "json",
            "EMAIL_PROVIDER": inherited["TBG_EMAIL_PROVIDER"] ?? "file",
            "EMAIL_FILE_DIR": inherited["TBG_EMAIL_FILE_DIR"] ?? mailDirectory,
        ]
        var result = inherited
        // A secret in both forms would be refused.
        for name in ["JWT_PRIVATE_KEY", "JWT_PRIVATE_KEY_PATH", "SESSION_KEY", "PRIVACY_HASH_KEY", "DATABASE_PASSWORD", "REDIS_PASSWORD"] {
            result["TBG_" + name] = nil
        }
        for name in ["DATABASE_PASSWORD_FILE", "REDIS_PASSWORD_FILE"] { result["TBG_" + name] = nil }
        for (name, value) in own { result["TBG_" + name] = value }
        return result
    }
}
