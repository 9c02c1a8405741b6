package import GameRules
import LocalServers
import Logging
package import Platform
import Postgres
import Prometheus
import Redis
package import TestServers
import CryptoExtras

/// Runtimes for tests of features: real servers, a clock that stands still until a test moves it, limits that are out of the way.
package enum TestRuntime {
    /// A database at the newest schema.
    package static let migrated = DatabaseTemplate("features", prepare: migrate)

    /// Brings a database to the newest schema.
    @Sendable package static func migrate(_ url: String) async throws {
        let database = PostgresClient(configuration: try PostgresConfiguration(url: url), logger: Logger(label: "test"))
        try await Migrator(database: database).up(now: Clock.system.now())
        await database.close()
    }

    private static let signingKey = (try? _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation) ?? ""

    /// Runs a test on given servers.
    /// - Parameters:
    ///   - variables: settings over the defaults, without the prefix `TBG_`.
    ///   - start: where the clock stands at first.
    package static func run(
        database: String,
        redis: String,
        _ variables: [String: String] = [:],
        at start: Instant,
        random: RandomSource = .system,
        logs: LogQueue = LogQueue(),
        _ body: (Runtime, ManualClock) async throws -> Void
    ) async throws {
        var names = [
            "ENVIRONMENT": "test", "DATABASE_URL": database, "REDIS_URL": redis, "LOG_LEVEL": "error", "RATE_LIMIT_SCALE": "10000",
            "DATABASE_POOL_MIN": "1", "DATABASE_POOL_MAX": "8", "DATABASE_ACQUIRE_SECONDS": "30",
            "JWT_PRIVATE_KEY": signingKey,
            "SESSION_KEY": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        ]
        names.merge(variables) { $1 }
        let clock = ManualClock(start)
        let runtime = try Runtime(
            settings: try Settings(EnvironmentSource(Dictionary(uniqueKeysWithValues: names.map { ("TBG_" + $0.key, $0.value) }))),
            role: "test",
            metrics: PrometheusRegistry(descriptions: MetricTable.all),
            clock: clock.clock,
            random: random,
            logs: logs
        )
        let result: Result<Void, any Error>
        do {
            try await runtime.redis.connect()
            result = .success(try await body(runtime, clock))
        } catch {
            result = .failure(error)
        }
        await runtime.close()
        try result.get()
    }
}
