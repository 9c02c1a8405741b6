import FeatureRig
import API
import GameRules
import Mining
import Platform
import Postgres
import Redis
import Testing

@testable import Gamification

/// Weeks are closed on Monday, and whenever somebody is behind (spec 05 §7, §12, §13, §14 nos. 8–12).
@Suite("Streak checker")
struct StreakCheckerTests {
    private func checker(_ rig: ProgressRig) throws -> StreakChecker { StreakChecker(runtime: rig.runtime, badges: try .embedded()) }

    /// Moves the clock to when shares of the last week are no longer waited for, and checks.
    @discardableResult
    private func check(_ rig: ProgressRig, _ day: String) async throws -> Int {
        rig.clock.set(try rig.instant(day + "T00:15:00Z"))
        return try await checker(rig).run()
    }

    /// Active weeks and the zero row that the engine makes with them.
    private func mine(_ rig: ProgressRig, _ player: Player, _ weeks: String...) async throws {
        try await rig.activate(weeks.map { "20" + $0 }, of: player)
        try await rig.execute(
            "insert into user_gamification (user_id, updated_at) values (\(player.user), \(rig.clock.now)) on conflict do nothing"
        )
    }

    /// `current/longest/start/last active week` as stored.
    private func state(_ rig: ProgressRig, _ player: Player) async throws -> String? {
        try await rig.text(
            """
            select concat_ws('/', current_streak, longest_streak, coalesce(streak_start_date::text, '-'), last_active_week)
            from user_gamification where user_id = \(player.user)
            """
        )
    }

    private func xp(_ rig: ProgressRig, _ player: Player, _ source: String = "streak") async throws -> Int64 {
        try await rig.number("select coalesce(sum(amount), 0) from xp_ledger where user_id = \(player.user) and source = \(source)")
    }

    private func celebrated(_ rig: ProgressRig, _ player: Player) async throws -> [Int32] {
        try await rig.runtime.database.query(
            "select streak_weeks from streak_celebrations where user_id = \(player.user) order by streak_weeks"
        ).map { try $0.decode(Int32.self) }
    }

    /// Everything the checker may write.
    private func everything(_ rig: ProgressRig) async throws -> [String] {
        try await rig.runtime.database.query(
            """
            select g::text from user_gamification g union all select l::text from xp_ledger l union all
            select c::text from streak_celebrations c union all select c::text from level_celebrations c union all
            select user_id || ' ' || badge_id from user_badges order by 1
            """
        ).map { try $0.decode(String.self) }
    }

    @Test("Three weeks are a streak of three; a second run changes nothing; the fourth brings badge and celebration")
    func weekByWeek() async throws {
        try await ProgressRig.run(at: ProgressRig.start.adding(seconds: -5 * 86_400)) { rig in
            let player = try await rig.player()
            try await mine(rig, player, "26-W06", "26-W07", "26-W08")
            #expect(try await check(rig, "2026-02-23") == 1)
            #expect(try await state(rig, player) == "3/3/2026-02-02/2026-W08")
            #expect(try await xp(rig, player) == 75)
            #expect(try await celebrated(rig, player) == [1])
            let before = try await everything(rig)
            #expect(try await check(rig, "2026-02-23") == 0)
            #expect(try await everything(rig) == before)
            // The first share of W09.
            try await rig.activate(["2026-W09"], of: player)
            rig.clock.set(try rig.instant("2026-02-25T12:00:00Z"))
            let seen = try await rig.get("/api/v1/users/me/streak", by: player)
            #expect(seen["effective_streak"] == 4 && seen["current_streak"] == 3)
            #expect(seen["streak_expires_at"] == "2026-03-09T00:00:00.000Z")
            #expect(try await check(rig, "2026-03-02") == 1)
            #expect(try await state(rig, player) == "4/4/2026-02-02/2026-W09")
            #expect(try await xp(rig, player) == 100)
            #expect(try await xp(rig, player, "badge") == 100)
            #expect(try await celebrated(rig, player) == [1, 4])
            let earned = try await rig.get("/api/v1/users/me/badges", by: player)["earned"]?.arrayValue
            #expect(earned?.first?.objectValue?["slug"] == "streak_4")
            #expect(
                try await rig.text("select metadata::text from user_badges") == #"{"weeks": "4", "weekIso": "2026-W09"}"#
            )
        }
    }

    @Test("A streak runs through week 53 into the new year")
    func longYear() async throws {
        try await ProgressRig.run(at: Instant(rfc3339: "2027-01-08T00:00:00Z") ?? .unixEpoch) { rig in
            let player = try await rig.player()
            try await mine(rig, player, "26-W52", "26-W53", "27-W01")
            try await check(rig, "2027-01-11")
            #expect(try await state(rig, player) == "3/3/2026-12-21/2027-W01")
        }
    }

    @Test("A gap breaks it; a late share of the gap repairs it and pays once; who is broken is not checked again")
    func gapAndRepair() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            try await mine(rig, player, "26-W04", "26-W05", "26-W06", "26-W07", "26-W08")
            try await check(rig, "2026-02-23")
            #expect(try await check(rig, "2026-03-02") == 1)
            #expect(try await state(rig, player) == "0/5/-/2026-W08")
            #expect(try await check(rig, "2026-03-02") == 0)
            // Pool time 2026-03-01T23:59:58Z, processed at 00:20.
            rig.clock.set(try rig.instant("2026-03-02T00:20:00Z"))
            try await rig.activate(["2026-W09"], of: player, shares: 1)
            let week = try #require(ISOWeek("2026-W09"))
            let told = try await repair(rig, [LateWeek(user: player.user, week: week, evaluatedWeek: week)])
            #expect(try await state(rig, player) == "6/6/2026-01-19/2026-W09")
            #expect(try await xp(rig, player) == 150)
            #expect(told == ["extended 6"])
            #expect(try await repair(rig, [LateWeek(user: player.user, week: week, evaluatedWeek: week)]) == [])
            #expect(try await xp(rig, player) == 150)
        }
    }

    /// Runs a repair as the engine does; answers the streak messages.
    private func repair(_ rig: ProgressRig, _ weeks: [LateWeek]) async throws -> [String] {
        let ledger = GameLedger(runtime: rig.runtime)
        let streaks = StreakService(badges: try .embedded())
        let now = rig.clock.now
        let before = try await streakLengths(rig)
        try await rig.runtime.database.transaction { transaction in
            let standings = try await ledger.lock(weeks.map(\.user), now: now, in: transaction)
            var effects = GameEffects()
            _ = try await streaks.repair(weeks, effects: &effects, now: now, in: transaction)
            _ = try await ledger.apply(effects, to: standings, now: now, in: transaction)
        }
        let after = try await streakLengths(rig)
        return before == after ? [] : ["extended \(after)"]
    }

    private func streakLengths(_ rig: ProgressRig) async throws -> Int64 {
        try await rig.number("select sum(current_streak) from user_gamification")
    }

    @Test("An excused week neither breaks nor extends; recorded afterwards, it gives back what was lost")
    func excused() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            let late = try await rig.player("bc1qother00000")
            let excused = ExcusedWeeks(database: rig.runtime.database)
            let week = try #require(ISOWeek("2026-W09"))
            for player in [player, late] { try await mine(rig, player, "26-W04", "26-W05", "26-W06", "26-W07", "26-W08") }
            try await check(rig, "2026-02-23")
            #expect(try await excused.set(week, isExcused: true, at: rig.clock.now))
            try await check(rig, "2026-03-02")
            #expect(try await state(rig, player) == "5/5/2026-01-19/2026-W08")
            try await rig.activate(["2026-W10"], of: player)
            try await check(rig, "2026-03-09")
            #expect(try await state(rig, player) == "6/6/2026-01-19/2026-W10")
            #expect(try await state(rig, late) == "0/5/-/2026-W08")
            // W10 was an outage for the other one, as it turns out.
            #expect(try await excused.set(try #require(ISOWeek("2026-W10")), isExcused: true, at: rig.clock.now))
            #expect(try await checker(rig).runForEverybody() == 2)
            #expect(try await state(rig, late) == "5/5/2026-01-19/2026-W08")
            #expect(try await state(rig, player) == "6/6/2026-01-19/2026-W10", "active and excused at once counts")
            #expect(try await xp(rig, late) == 125)
            #expect(try await xp(rig, player) == 150)
        }
    }

    @Test("Three Mondays missed: one run pays three weeks and raises the streak by three")
    func missed() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            try await mine(rig, player, "26-W08")
            try await check(rig, "2026-02-23")
            try await rig.activate(["2026-W09", "2026-W10", "2026-W11"], of: player)
            #expect(try await check(rig, "2026-03-16") == 1)
            #expect(try await state(rig, player) == "4/4/2026-02-16/2026-W11")
            #expect(try await xp(rig, player) == 100)
        }
    }

    @Test("Sixty weeks evaluated for the first time: three badges, five milestones, every week paid")
    func firstTime() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            let last = try #require(ISOWeek("2026-W08"))
            try await rig.activate((last.advanced(by: -59)...last).map(\.description), of: player)
            try await mine(rig, player)
            try await check(rig, "2026-02-23")
            #expect(try await state(rig, player)?.hasPrefix("60/60/") == true)
            #expect(try await celebrated(rig, player) == [1, 4, 12, 26, 52])
            #expect(try await xp(rig, player) == 1_500)
            #expect(try await xp(rig, player, "badge") == 800)
        }
    }

    @Test("A milestone that is lost and regained is celebrated once for ever")
    func regained() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            try await mine(rig, player, "26-W05")
            try await check(rig, "2026-02-02")
            try await check(rig, "2026-02-09")
            try await rig.execute("update streak_celebrations set celebrated = true")
            try await rig.activate(["2026-W08"], of: player)
            try await check(rig, "2026-02-23")
            #expect(try await state(rig, player) == "1/1/2026-02-16/2026-W08")
            #expect(try await celebrated(rig, player) == [1])
            #expect(try await rig.number("select count(*) from streak_celebrations where not celebrated") == 0)
        }
    }

    @Test("Five minutes after the week, once ingest is past it; without word of ingest a quarter past")
    func waiting() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            try await mine(rig, player, "26-W08")
            // Before 00:05 the week before is the last one.
            rig.clock.set(try rig.instant("2026-02-23T00:04:59Z"))
            #expect(try await checker(rig).run() == 0)
            rig.clock.set(try rig.instant("2026-02-23T00:05:00Z"))
            let running = Task { try await checker(rig).run() }
            try await rig.runtime.redis.send(
                RedisCommand("HSET", "mining:watermark", "settled_through", "2026-02-23T00:00:00.000Z", "updated_at", "x")
            )
            #expect(try await running.value == 1)
            #expect(try await state(rig, player) == "1/1/2026-02-16/2026-W08")
        }
    }

    @Test("Two runs at once pay once; users of many pages are all reached")
    func atOnce() async throws {
        try await ProgressRig.run { rig in
            try await rig.execute(
                """
                insert into users (btc_address, created_at, updated_at)
                select 'bc1qmany' || n, \(rig.clock.now), \(rig.clock.now) from generate_series(1, 1203) n
                """
            )
            try await rig.execute("insert into user_gamification (user_id, updated_at) select id, \(rig.clock.now) from users")
            try await rig.execute(
                """
                insert into streak_calendar (user_id, week_iso, week_start, share_count, is_active, day_mask)
                select id, '2026-W08', '2026-02-16', 1, true, 1 from users
                """
            )
            rig.clock.set(try rig.instant("2026-02-23T00:15:00Z"))
            async let one = checker(rig).run()
            async let two = checker(rig).run()
            let counts = try await [one, two]
            #expect(counts.max() == 1_203)
            #expect(try await rig.number("select count(*) from xp_ledger") == 1_203)
            #expect(try await rig.number("select count(*) from user_gamification where current_streak = 1 and total_xp = 25") == 1_203)
            #expect(try await checker(rig).run() == 0)
        }
    }
}
