import FeatureRig
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

    static func run(at instant: Instant = HubRig.start, _ body: @escaping @Sendable (FeedRig) async throws -> Void) async throws {
        try await withDatabase(template: TestRuntime.migrated) { database in
            try await TestServers.withPrivateRedis { redis in
                try await TestRuntime.run(database: database.url, redis: try await redis.url(), at: instant) { runtime, clock in
                    try await body(FeedRig(runtime: runtime, clock: clock))
                }
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
