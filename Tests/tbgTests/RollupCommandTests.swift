import GameRules
import LocalServers
import Logging
import Platform
import Postgres
import Redis
import TestServers
import Testing

/// `tbg rebuild rollups` and `tbg mining repair` as an operator runs them (spec 03 §6).
@Suite("Commands of roll-ups")
struct RollupCommandTests {
    @Test("A healthy database has 0 differences; a row too many is told, mended only when asked, and then gone")
    func rebuild() async throws {
        try await withDatabase(template: Rig.migrated) { database in
            try await withRedis { redis in
                let stores = ["DATABASE_URL": database.url, "REDIS_URL": redis.url]
                // Yesterday: today may end while this runs.
                let day = UTCDay(containing: Clock.system.now()).previous
                let compare = ["rebuild", "rollups", "--from", "\(day.previous)", "--to", "\(day)"]
                let healthy = try await Program.run(compare, stores)
                #expect(healthy.status == .code(0) && healthy.text.contains("0 differences"), "\(healthy.text)")

                let client = PostgresClient(configuration: try PostgresConfiguration(url: database.url), logger: Logger(label: "test"))
                try await client.execute(
                    """
                    insert into pool_hourly (bucket, total_shares, accepted_shares, rejected_shares, work, share_diff_sum, best_diff, diff_hist)
                    values (\(day.hour(3).start), 1, 1, 0, 1, 1, 1, array_fill(0::bigint, array[16]))
                    """
                )
                await client.close()
                let line = "pool_hourly hour \(day.hour(3)) row: stored there, by shares none"
                for _ in 0..<2 {
                    let told = try await Program.run(compare, stores)
                    #expect(told.text.contains(line) && told.text.contains("1 differences"), "\(told.text)")
                }
                let mended = try await Program.run(["mining", "repair", "--day", "\(day)"], stores)
                #expect(
                    mended.status == .code(0) && mended.text.contains(line) && mended.text.contains("1 differences, mended"),
                    "\(mended.text)"
                )
                let applied = try await Program.run(compare + ["--apply"], stores)
                #expect(applied.text.contains("0 differences, mended"), "\(applied.text)")
            }
        }
    }

    @Test("What is no day, no range, to come or too old is refused with a reason")
    func refused() async throws {
        try await withDatabase(template: Rig.migrated) { database in
            try await withRedis { redis in
                let stores = ["DATABASE_URL": database.url, "REDIS_URL": redis.url]
                let cases: [(arguments: [String], reason: String)] = [
                    (["rebuild", "rollups", "--from", "yesterday", "--to", "2026-02-25"], "--from must be a day"),
                    (["rebuild", "rollups", "--from", "2026-02-25", "--to", "2026-02-30"], "--to must be a day"),
                    (["rebuild", "rollups", "--from", "2026-02-26", "--to", "2026-02-25"], "--from must not be after --to"),
                    (["rebuild", "rollups", "--from", "2020-01-01", "--to", "2020-01-02"], "no longer complete"),
                    (["mining", "repair", "--day", "2999-01-01"], "has not begun"),
                    (["mining", "repair", "--day", "25"], "--day must be a day"),
                    (["rebuild", "rollups", "--from", "2026-02-25"], "--to"),
                ]
                for item in cases {
                    let output = try await Program.run(item.arguments, stores)
                    #expect(output.status == .code(64) && output.text.contains(item.reason), "\(item.arguments): \(output.text)")
                }
            }
        }
    }
}
