import FeatureRig
import GameRules
import Logging
import Platform
import Postgres
import TestServers
import Testing

@testable import Mining

/// No statement of hashrate and uptime reads a share, scans a table or looks at ranges outside its window (spec 03a §11).
@Suite("Plans of hashrate and uptime", .serialized)
struct HashratePlanTests {
    private static let user = UserID(7)
    private static let now = MiningRig.start.adding(seconds: 100)

    /// Thirty users with a snapshot of themselves and a worker every five minutes of a month.
    private func fill(_ client: PostgresClient) async throws {
        for age in [40, 31, 22, 13, 0] as [Int64] {
            try await TimeTableKeeper(database: client).makeRanges(at: MiningRig.start.adding(seconds: -age * 86_400))
        }
        let start = MiningRig.start
        for statement: SQL in [
            "insert into users (btc_address, created_at, updated_at) select 'bc1q' || n, \(start), \(start) from generate_series(1, 2000) n",
            "insert into workers (user_id, worker_name, first_seen) select 1 + n % 2000, 'rig' || n / 2000, \(start) from generate_series(0, 19999) n",
            """
            insert into user_share_totals (user_id, first_share_at) select id, \(start) from users
            on conflict (user_id) do update set first_share_at = excluded.first_share_at
            """,
            """
            insert into hashrate_snapshots (time, user_id, worker_name, hashrate_5m)
            select \(start) - make_interval(mins => 5 * n), u, w, n from generate_series(0, 9215) n, generate_series(1, 30) u, unnest(array['', 'rig0']) w
            """,
            """
            insert into hourly_shares (user_id, bucket, total_shares, accepted_shares, rejected_shares, work, share_diff_sum, best_diff)
            select u, \(start) - make_interval(hours => n), 1, 1, 0, n, 1, 1 from generate_series(0, 900) n, generate_series(1, 200) u
            """,
            """
            insert into user_daily_stats (user_id, day, diff_hist, presence, updated_at)
            select u, \(UTCDay(containing: start)) - n, array_fill(0::bigint, array[16]), ''::bytea, \(start)
            from generate_series(0, 100) n, generate_series(1, 300) u
            """,
            "analyze",
        ] { try await client.execute(statement) }
    }

    private struct Case {
        let name: String
        let sql: SQL
        /// The table read in ranges, and how many of them at most.
        var table = "hashrate_snapshots"
        var ranges = 0
        /// Rows met at most.
        let rows: Int
    }

    private static var cases: [Case] {
        let today = UTCDay(containing: now)
        var cases = [
            Case(name: "first share", sql: HashrateStore.firstShare(of: user), rows: 1),
            Case(name: "worker", sql: HashrateStore.worker("rig3", of: user), rows: 1),
            Case(
                name: "last snapshot",
                sql: HashrateStore.lastSnapshots(of: [user], at: now),
                table: "hashrate_snapshots",
                ranges: 2,
                rows: 11
            ),
            Case(name: "uptime", sql: UptimeStore.statement(user: user, days: today.advanced(by: -89)...today), rows: 90),
        ]
        for window in ChartWindow.allCases {
            let days = Int(window.step * window.count / 86_400)
            for worker in ["", "rig0"] {
                cases.append(
                    Case(
                        name: "snapshots of \(worker) \(window)",
                        sql: HashrateStore.snapshots(of: user, worker: worker, window: window, at: now),
                        table: "hashrate_snapshots",
                        ranges: days + 2,
                        rows: Int(window.step * window.count / SnapshotSlot.seconds)
                    )
                )
            }
            guard !window.isBySnapshot else { continue }
            // A range is a month, or thirty days.
            cases.append(
                Case(
                    name: "work \(window)",
                    sql: HashrateStore.work(of: user, window: window, at: now),
                    table: "hourly_shares",
                    ranges: 3,
                    rows: Int(window.step * window.count / 3600)
                )
            )
        }
        return cases
    }

    @Test("Every statement walks an index of the ranges it needs, for as many rows as the window has")
    func plans() async throws {
        try await withDatabase(template: TestRuntime.migrated) { database in
            let client = PostgresClient(configuration: try PostgresConfiguration(url: database.url), logger: .init(label: "test"))
            try await fill(client)
            for item in Self.cases {
                let rows = try await client.query("explain (analyze, timing off, format json, costs off) \(sql: item.sql)")
                let plan = try rows.map { try String(postgres: $0[0]) }.joined()
                #expect(!plan.contains("Seq Scan"), "\(item.name): \(plan)")
                let read = Set(plan.matches(of: /"Relation Name": "([a-z_0-9]+)"/).map { String($0.1) })
                #expect(read.allSatisfy { !$0.hasPrefix("shares") }, "\(item.name)")
                let ranges: [String] = try await client.query(
                    "select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = to_regclass(\(item.table))"
                ).map { try String(postgres: $0[0]) }
                #expect(read.intersection(ranges).count <= item.ranges, "\(item.name): \(read)")
                // Rounded means of several loops, summed over ranges.
                let met = plan.matches(of: /"Actual Rows": ([0-9]+)/).compactMap { Int($0.1) }.max() ?? 0
                #expect(met <= item.rows, "\(item.name): \(plan)")
                let removed = plan.matches(of: /"Rows Removed by Filter": ([0-9]+)/).compactMap { Int($0.1) }.reduce(0, +)
                #expect(removed <= 10, "\(item.name): \(plan)")
            }
            await client.close()
        }
    }

    @Test("The zone of a session moves no step")
    func zone() async throws {
        try await withDatabase(template: TestRuntime.migrated) { database in
            let client = PostgresClient(configuration: try PostgresConfiguration(url: database.url), logger: .init(label: "test"))
            try await fill(client)
            try await client.withConnection { connection in
                for window in ChartWindow.allCases {
                    let statements = [
                        HashrateStore.snapshots(of: Self.user, worker: "", window: window, at: Self.now),
                        HashrateStore.work(of: Self.user, window: window, at: Self.now),
                    ]
                    for statement in statements {
                        var answers: [Set<String>] = []
                        for zone in ["UTC", "America/St_Johns", "Asia/Kathmandu"] {
                            _ = try await connection.query("select set_config('TimeZone', \(zone), false)")
                            let rows = try await connection.query(statement)
                            answers.append(Set(try rows.map { "\(try Int64(postgres: $0[0])) \(try Double(postgres: $0[1]))" }))
                        }
                        #expect(answers[0].count > 1 || window == .oneHour)
                        #expect(answers[1] == answers[0] && answers[2] == answers[0], "\(window)")
                    }
                }
            }
            await client.close()
        }
    }

    @Test("Who mines is found without a share")
    func activeMiners() async throws {
        try await withDatabase(template: TestRuntime.migrated) { database in
            let client = PostgresClient(configuration: try PostgresConfiguration(url: database.url), logger: .init(label: "test"))
            try await fill(client)
            let rows = try await client.query("explain (format json, costs off) \(sql: ActiveMiners.statement(at: Self.now))")
            let plan = try rows.map { try String(postgres: $0[0]) }.joined()
            let read = Set(plan.matches(of: /"Relation Name": "([a-z_0-9]+)"/).map { String($0.1) })
            #expect(read.isSubset(of: ["users", "workers", "user_daily_stats"]))
            await client.close()
        }
    }
}
