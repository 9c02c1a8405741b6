import FeatureRig
import GameRules
import Platform
import Postgres
import Testing

@testable import Gamification

/// Everything that is derived can be wiped and made again (spec 05 §1).
@Suite("Rebuild of gamification")
struct GameRebuildTests {
    private func rows(_ rig: ProgressRig) async throws -> [String] {
        try await rig.runtime.database.query(
            """
            select concat_ws('|', user_id, total_xp, level, level_title, badges_earned, current_streak, longest_streak, streak_start_date,
                             last_active_week, streak_evaluated_week, total_shares, best_difficulty, blocks_found)
            from user_gamification union all
            select concat_ws('|', user_id, week_iso, week_start, share_count, best_diff, is_active, day_mask) from streak_calendar union all
            select concat_ws('|', user_id, badge_id, earned_at) from user_badges order by 1
            """
        ).map { try $0.decode(String.self) }
    }

    /// Days of mining and what the checker makes of them.
    private func play(_ rig: ProgressRig) async throws {
        let streaker = try await rig.player("bc1qstreak00000")
        let quitter = try await rig.player("bc1qquit00000")
        for (player, days) in [
            (streaker, ["2026-02-02", "2026-02-03", "2026-02-11", "2026-02-22", "2026-02-23"]), (quitter, ["2026-01-28", "2026-02-06"]),
        ] {
            for day in days {
                try await rig.execute(
                    """
                    insert into user_daily_stats (user_id, day, total_shares, accepted_shares, best_diff, diff_hist, presence, updated_at)
                    values (\(player.user), \(UTCDay(day)), 4, 3, 1500, '{}', '\\x', \(rig.clock.now))
                    """
                )
            }
        }
        #expect(try await GameRebuild(database: rig.runtime.database).run(applies: true, now: rig.clock.now) { _ in } > 0)
        for monday in ["2026-02-02", "2026-02-09", "2026-02-16", "2026-02-23"] {
            rig.clock.set(try rig.instant(monday + "T01:05:00Z"))
            try await StreakChecker(runtime: rig.runtime, badges: try .embedded()).run()
        }
    }

    @Test("A healthy database has no differences; wiped and rebuilt it is the same; a dry run writes nothing")
    func wipeAndRebuild() async throws {
        try await ProgressRig.run { rig in
            try await play(rig)
            let rebuild = GameRebuild(database: rig.runtime.database)
            let state: SQL = "select current_streak || '/' || total_xp from user_gamification order by user_id limit 1"
            #expect(try await rig.text(state) == "3/75")
            var told: [String] = []
            let count = try await rebuild.run(applies: false, now: rig.clock.now) { told.append($0) }
            #expect(count == 0, "\(told)")
            let before = try await rows(rig)
            for table in ["user_gamification", "streak_calendar", "user_badges"] {
                try await rig.execute("delete from \(identifier: table)")
            }
            #expect(try await rebuild.run(applies: false, now: rig.clock.now) { _ in } > 10)
            #expect(try await rows(rig) == [], "a dry run writes nothing")
            #expect(try await rebuild.run(applies: true, now: rig.clock.now) { _ in } > 10)
            #expect(try await rows(rig) == before)
            // Nobody is paid again.
            try await StreakChecker(runtime: rig.runtime, badges: try .embedded()).run()
            #expect(try await rows(rig) == before)
        }
    }

    @Test("Differences are named, one a column, and mended")
    func differences() async throws {
        try await ProgressRig.run { rig in
            try await play(rig)
            let user = try await rig.number("select min(user_id) from user_gamification")
            let mask = try await rig.number("select latest_day_mask::bigint from user_gamification where user_id = \(user)")
            try await rig.execute(
                "update user_gamification set total_xp = 9999, current_streak = 7, latest_day_mask = 0 where user_id = \(user)"
            )
            var told: [String] = []
            let count = try await GameRebuild(database: rig.runtime.database).run(applies: true, now: rig.clock.now) { told.append($0) }
            #expect(count == 3)
            #expect(
                told == [
                    "user \(user): total_xp 9999, should be 75", "user \(user): current_streak 7, should be 3",
                    "user \(user): latest_day_mask 0, should be \(mask)",
                ]
            )
            #expect(try await GameRebuild(database: rig.runtime.database).run(applies: false, now: rig.clock.now) { _ in } == 0)
        }
    }

    @Test("A week that was not checked yet is left to the check, which pays it")
    func pendingWeek() async throws {
        try await ProgressRig.run { rig in
            try await play(rig)
            rig.clock.set(try rig.instant("2026-03-02T00:10:00Z"))
            try await rig.execute("delete from user_gamification")
            _ = try await GameRebuild(database: rig.runtime.database).run(applies: true, now: rig.clock.now) { _ in }
            #expect(try await rig.number("select max(current_streak) from user_gamification") == 3)
            rig.clock.set(try rig.instant("2026-03-02T01:05:00Z"))
            try await StreakChecker(runtime: rig.runtime, badges: try .embedded()).run()
            #expect(try await rig.number("select max(current_streak) from user_gamification") == 4)
            let paid: SQL = """
                select sum(amount) from xp_ledger where user_id = (select min(user_id) from xp_ledger) and source = 'streak'
                """
            #expect(try await rig.number(paid) == 100)
        }
    }
}
