import FeatureRig
import API
import GameRules
import Logging
import Platform
import Postgres
import TestServers
import Testing

@testable import Gamification

/// What a caller asks costs as much as the caller has, whatever others have (spec 05 §9).
@Suite("Plans of gamification", .serialized)
struct ProgressPlanTests {
    private static let owner = UserID(7)
    private static let week = ISOWeek(containing: ProgressRig.start)

    private func fill(_ client: PostgresClient) async throws {
        let start = ProgressRig.start
        for statement: SQL in [
            "insert into users (btc_address, created_at, updated_at) select 'bc1q' || n, \(start), \(start) from generate_series(1, 2000) n",
            "insert into user_gamification (user_id, total_xp, current_streak, updated_at) select id, id, id % 5, \(start) from users",
            """
            insert into streak_calendar (user_id, week_iso, week_start, share_count, is_active)
            select id, 'x' || n, \(Self.week.monday) - n * 7, 5, true from users, generate_series(0, 19) n
            """,
            """
            insert into xp_ledger (user_id, amount, source, idempotency_key, created_at)
            select 1 + n % 2000, 50, case when n % 3 = 0 then 'badge' else 'share' end, n::text, \(start) + make_interval(secs => n)
            from generate_series(1, 60000) n
            """,
            """
            insert into badge_definitions (slug, name, description, category, rarity, xp_reward, trigger_type, sort_order, created_at)
            select 'b' || n, 'n', 'd', 'mining', 'rare', 50, 'event', n, \(start) from generate_series(1, 20) n
            """,
            "insert into badge_stats (badge_id, updated_at) select id, \(start) from badge_definitions",
            """
            insert into user_badges (user_id, badge_id, earned_at)
            select u.id, d.id, \(start) + make_interval(secs => u.id) from users u, badge_definitions d where (u.id + d.id) % 4 = 0
            """,
            """
            insert into level_celebrations (user_id, old_level, new_level, new_title, created_at, celebrated)
            select id, n, n + 1, 't', \(start), n > 1 from users, generate_series(1, 9) n
            """,
            """
            insert into streak_celebrations (user_id, streak_weeks, milestone, created_at, celebrated)
            select id, n, 't', \(start), n > 1 from users, generate_series(1, 5) n
            """,
            "analyze",
        ] { try await client.execute(statement) }
    }

    private static var statements: [(name: String, sql: SQL, relations: Set<String>, rows: Int64)] {
        [
            ("state", ProgressStore.selectState(of: owner), ["user_gamification"], 1),
            ("latest weeks", ProgressStore.selectLatest(of: owner, through: week), ["streak_calendar"], 2),
            ("levels", ProgressStore.selectLevels(of: owner), ["users", "user_gamification", "level_celebrations"], 11),
            ("history", LedgerReadStore.selectPage(LedgerQuery(), of: owner), ["xp_ledger"], 50),
            ("source", LedgerReadStore.selectPage(LedgerQuery(source: .badge), of: owner), ["xp_ledger"], 50),
            ("count", LedgerReadStore.selectCount(LedgerQuery(), of: owner), ["xp_ledger"], 50),
            ("badges", EarnedBadgeStore.select(of: owner), ["user_badges"], 20),
            (
                "calendar", CalendarReadStore.selectWeeks(of: owner, week.advanced(by: -9)...week), ["streak_calendar"], 20
            ),
            ("active weeks", CalendarReadStore.selectActive(of: owner, through: week), ["streak_calendar"], 20),
            ("pending levels", CelebrationStore.selectLevels(of: owner), ["level_celebrations"], 9),
            ("pending milestones", CelebrationStore.selectMilestones(of: owner), ["streak_celebrations"], 9),
            ("level seen", CelebrationStore.acknowledgeLevel(5, of: owner, now: ProgressRig.start), ["level_celebrations"], 1),
            ("milestone seen", CelebrationStore.acknowledgeMilestone(5, of: owner, now: ProgressRig.start), ["streak_celebrations"], 1),
            ("earners", BadgeReadStore.selectEarners(of: 3), ["user_badges", "users", "user_settings"], 40),
        ]
    }

    @Test("Every statement reads by index what concerns its user and nothing else")
    func plans() async throws {
        try await withDatabase(template: TestRuntime.migrated) { database in
            let client = PostgresClient(configuration: try PostgresConfiguration(url: database.url), logger: .init(label: "test"))
            try await fill(client)
            for statement in Self.statements {
                let plan = try await QueryPlan.explain(statement.sql, in: client)
                // Settings are an empty table here.
                #expect(plan.scanned.subtracting(["user_settings"]) == [], "\(statement.name): \(plan.text)")
                #expect(plan.relations == statement.relations, "\(statement.name)")
                #expect(plan.rowsRead <= statement.rows, "\(statement.name): \(plan.rowsRead) rows, \(plan.text)")
            }
            await client.close()
        }
    }
}
