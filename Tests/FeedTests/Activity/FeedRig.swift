import GameRules
import LocalServers
import Logging
import Platform
import Postgres
import Prometheus
import Redis
import TestServers
import Testing

@testable import Feed

/// A database and a Redis with users in them.
struct FeedRig: Sendable {
    let runtime: Runtime
    let clock: ManualClock

    static let migrated = DatabaseTemplate("feed") { url in
        let database = PostgresClient(configuration: try PostgresConfiguration(url: url), logger: Logger(label: "test"))
        try await Migrator(database: database).up(now: HubRig.start)
        await database.close()
    }

    static func run(at instant: Instant = HubRig.start, _ body: @escaping @Sendable (FeedRig) async throws -> Void) async throws {
        try await withDatabase(template: migrated) { database in
            try await TestServers.withPrivateRedis { redis in
                let settings = try Settings(
                    EnvironmentSource(["TBG_DATABASE_URL": database.url, "TBG_REDIS_URL": try await redis.url(), "TBG_LOG_LEVEL": "error"])
                )
                let clock = ManualClock(instant)
                let runtime = try Runtime(
                    settings: settings,
                    role: "test",
                    metrics: PrometheusRegistry(descriptions: MetricTable.all),
                    clock: clock.clock
                )
                let result: Result<Void, any Error>
                do {
                    try await runtime.redis.connect()
                    result = .success(try await body(FeedRig(runtime: runtime, clock: clock)))
                } catch { result = .failure(error) }
                await runtime.close()
                try result.get()
            }
        }
    }

    var database: PostgresClient { runtime.database }

    func user(_ address: String) async throws -> UserID {
        let rows = try await database.query(
            "insert into users (btc_address, created_at, updated_at) values (\(address), \(clock.now), \(clock.now)) returning id",
            access: .write
        )
        return try #require(try rows.value(UserID.self))
    }

    func count(_ sql: SQL) async throws -> Int64 { try await database.query(sql, access: .write).value(Int64.self) ?? -1 }
}
