import FeatureRig
import GameRules
import Logging
import Platform
import Postgres
import TestServers
import Testing

@testable import Dashboard
@testable import Mining

/// No statement of the start page reads a share, scans a table or looks at ranges outside its window (spec 04 §3, §10.1; 03a §11).
@Suite("Plans of the start page", .serialized)
struct StatsPlanTests {
    private static let now = DashboardRig.start.adding(seconds: 100)
    private static let today = UTCDay(containing: now)
    private static let hour = UTCHour(containing: now)
    private static let batch = (1...500).map { UserID($0 * 3) }

    /// Ten thousand users with sums of forty days.
    private func fill(_ client: PostgresClient) async throws {
        let start = DashboardRig.start
        for age in [62, 31, 0] as [Int64] {
            try await TimeTableKeeper(database: client).makeRanges(at: start.adding(seconds: -age * 86_400))
        }
        for statement: SQL in [
            "insert into users (btc_address, created_at, updated_at) select 'bc1q' || n, \(start), \(start) from generate_series(1, 10000) n",
            "insert into workers (user_id, worker_name, first_seen) select 1 + n % 10000, 'rig' || n / 10000, \(start) from generate_series(0, 29999) n",
            """
            insert into hourly_shares (user_id, bucket, total_shares, accepted_shares, rejected_shares, work, share_diff_sum, best_diff)
            select u, \(start) - make_interval(hours => n), 1, 1, 0, n, 1, 1 from generate_series(0, 900) n, generate_series(1, 2000, 10) u
            """,
            """
            insert into user_daily_stats (user_id, day, diff_hist, presence, updated_at)
            select u, \(Self.today) - n, array_fill(0::bigint, array[16]), ''::bytea, \(start)
            from generate_series(0, 20) n, generate_series(1, 3000) u
            """,
            """
            insert into personal_bests (user_id, timeframe, period_key, best_difficulty, share_time, created_at, updated_at)
            select u, 'week', k, 1, \(start), \(start), \(start) from generate_series(1, 10000) u, unnest(array['2026-W08', '2026-W09']) k
            """,
            "insert into user_gamification (user_id, updated_at) select id, \(start) from users",
            """
            insert into streak_calendar (user_id, week_iso, week_start)
            select u, '2026-W0' || k, \(Self.today) from generate_series(1, 10000) u, generate_series(1, 9) k
            """,
            """
            insert into badge_definitions (slug, name, description, category, rarity, xp_reward, trigger_type, sort_order, created_at)
            select 'badge-' || n, '', '', 'mining', 'rare', 50, 'event', n, \(start) from generate_series(1, 20) n
            """,
            """
            insert into user_badges (user_id, badge_id, earned_at)
            select u, d.id, \(start) from generate_series(1, 5000) u, badge_definitions d
            """,
            "analyze",
        ] { try await client.execute(statement) }
    }

    private struct Case {
        let name: String
        let sql: SQL
        let tables: Set<String>
        /// Rows read for one user.
        let rows: Int64
    }

    private static func cases(_ users: [UserID]) -> [Case] {
        [
            Case(
                name: "latest",
                sql: SummaryStore.selectLatest(of: users),
                tables: ["user_share_totals"],
                rows: 1
            ),
            Case(
                name: "day",
                sql: SummaryStore.selectDay(of: users, today),
                tables: ["user_daily_stats", "personal_bests"],
                rows: 2
            ),
            Case(name: "hours", sql: StatsStore.hours(of: users, before: hour), tables: ["hourly_shares"], rows: 49),
            Case(
                name: "progress",
                sql: ProgressStore.statement(users: users, week: today.isoWeek),
                tables: ["user_gamification"],
                rows: 2
            ),
            Case(name: "miners", sql: StatsStore.miners(users), tables: ["users"], rows: 1),
            Case(name: "board", sql: WorkerBoard.statement(users: users, at: now), tables: ["workers"], rows: 3),
            Case(
                name: "badges",
                sql: RecentBadgeStore.statement(user: users[0], limit: 20),
                tables: ["user_badges", "badge_definitions"],
                rows: 40
            ),
        ]
    }

    /// Of five hundred among a few thousand a table may be cheaper to read whole, so for them it is shown that the keys suffice.
    @Test(
        "One user and five hundred are found by keys, in the ranges of the window, and no share is read",
        arguments: [[UserID(21)], batch]
    )
    func plans(of users: [UserID]) async throws {
        try await withDatabase(template: TestRuntime.migrated) { database in
            let client = PostgresClient(configuration: try PostgresConfiguration(url: database.url), logger: .init(label: "test"))
            try await fill(client)
            let ranges = try await ranges(of: "hourly_shares", client)
            for item in Self.cases(users) {
                let plan = try await QueryPlan.explain(item.sql, in: client, usesIndexes: users.count > 1)
                #expect(Set(plan.relations.map { ranges.contains($0) ? "hourly_shares" : $0 }) == item.tables, "\(item.name)")
                #expect(plan.relations.intersection(ranges).count <= 2, "\(item.name): \(plan.relations)")
                // Twenty definitions are read whole when one user asks.
                #expect(plan.scanned.subtracting(["badge_definitions"]).isEmpty, "\(item.name): \(plan.text)")
                // Small tables may be joined whole; the hours never.
                let read = users.count == 1 ? plan.rowsRead : plan.rowsRead(from: ranges.contains)
                #expect(read <= item.rows * Int64(users.count), "\(item.name): \(plan.text)")
            }
            await client.close()
        }
    }

    private func ranges(of table: String, _ client: PostgresClient) async throws -> Set<String> {
        Set(
            try await client.query(
                "select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = to_regclass(\(table))"
            ).map { try String(postgres: $0[0]) }
        ).union([table])
    }
}
