import FeatureRig
import API
import GameRules
import HTTPTypes
import Platform
import Postgres
import Redis
import Testing

@testable import Dashboard

/// The figures of the start page (spec 04 §3, §12.1–4).
@Suite("Figures of the start page")
struct StatsRouteTests {
    private static let zeros = JSONValue.array(Array(repeating: 0, count: 12))

    @Test("A new user sees zeros, the first level and a network; the second call answers the same bytes")
    func newUser() async throws {
        try await DashboardRig.run { rig in
            let miner = try await rig.miner()
            let answer = try await rig.stats(of: miner)
            let expected: JSONObject = [
                "hashrate": 0, "hashrate_change": 0, "shares_today": 0, "shares_change": 0, "workers_online": 0, "workers_total": 0,
                "streak": 0, "best_diff_week": 0, "network_diff": 100_000_000_000_000, "best_diff_ratio": 0, "level": 1,
                "level_title": "Nocoiner", "xp": 0, "xp_to_next": 100, "badges_earned": 0, "network_height": 0, "xp_into_level": 0,
                "xp_for_level": 100, "sparklines": ["hashrate": Self.zeros, "shares": Self.zeros, "difficulty": Self.zeros],
            ]
            #expect(answer.json == .object(expected))
            #expect(answer.headers[.cacheControl] == "private, no-store")
            #expect(answer.headers[.contentType] == "application/json; charset=utf-8")
            try await rig.mine(1, by: miner)
            rig.clock.advance(milliseconds: 9_999)
            #expect(try await rig.stats(of: miner).bytes == answer.bytes)
            rig.clock.advance(milliseconds: 1)
            #expect(try await rig.stats(of: miner)["shares_today"] == 1)
            #expect(try await rig.get("stats").status == 401)
        }
    }

    @Test("The hashrate is compared with the same sixty minutes of yesterday, across their hours")
    func hashrateChange() async throws {
        try await DashboardRig.run(at: DashboardRig.start.adding(seconds: 1800)) { rig in
            let miner = try await rig.miner()
            try await rig.keepHour(24, of: miner, work: 2_400_000)
            try await rig.keepHour(25, of: miner, work: 1_200_000)
            try await rig.setHashrate(2_147_483_648_000, of: miner)
            #expect(try await rig.stats(of: miner)["hashrate_change"] == 0)
            try await rig.forget(miner)
            try await rig.setHashrate(2_254_857_830_400, of: miner)
            #expect(try await rig.stats(of: miner)["hashrate_change"] == 5)
            try await rig.forget(miner)
            try await rig.setHashrate(1e30, of: miner)
            #expect(try await rig.stats(of: miner)["hashrate_change"] == 9999.9)
            try await rig.forget(miner)
            try await rig.setHashrate(0, of: miner)
            #expect(try await rig.stats(of: miner)["hashrate_change"] == -100)
        }
    }

    /// Clocks in Berlin go forward at one in the morning of 29 March 2026, and back at one on 25 October.
    @Test(
        "The shares of today are compared with yesterday's until this time, though the server's days may have 23 hours, or 25",
        arguments: [("2026-02-24T02:15:00Z", "UTC"), ("2026-03-29T02:15:00Z", "Europe/Berlin"), ("2026-10-25T02:15:00Z", "Europe/Berlin")]
    )
    func sharesChange(at time: String, zone: String) async throws {
        let now = try #require(Instant(rfc3339: time))
        try await DashboardRig.run(at: now, zone: zone) { rig in
            let miner = try await rig.miner()
            let idle = try await rig.miner(DashboardRig.otherAddress)
            for (age, shares) in [(26, 100), (25, 70), (24, 80), (27, 5000), (23, 5000)] as [(Int, Int64)] {
                try await rig.keepHour(age, of: miner, shares: shares, rejected: age == 25 ? 30 : 0)
            }
            try await rig.keepToday(264, of: miner)
            #expect(try await rig.stats(of: miner)["shares_change"] == 20)
            #expect(try await rig.stats(of: miner)["shares_today"] == 264)
            try await rig.keepToday(264, of: idle)
            #expect(try await rig.stats(of: idle)["shares_change"] == 0)
        }
    }

    @Test("In the first hour of a day only a part of yesterday's first hour counts, in its first instant nothing")
    func midnight() async throws {
        let midnight = UTCDay(containing: DashboardRig.start).start
        try await DashboardRig.run(at: midnight) { rig in
            let miner = try await rig.miner()
            try await rig.keepHour(24, of: miner, shares: 60, work: 3_600_000)
            try await rig.keepHour(25, of: miner, shares: 1000, work: 1_800_000)
            try await rig.setHashrate(1_800_000 * 4_294_967_296 / 3600, of: miner)
            try await rig.keepToday(1, of: miner)
            var answer = try await rig.stats(of: miner)
            #expect(answer["shares_change"] == 0)
            #expect(answer["hashrate_change"] == 0)
            rig.clock.set(midnight.adding(seconds: 60))
            answer = try await rig.stats(of: miner)
            #expect(answer["shares_change"] == 0)
            rig.clock.set(midnight.adding(seconds: 1800))
            try await rig.keepToday(45, of: miner)
            answer = try await rig.stats(of: miner)
            #expect(answer["shares_change"] == 50)
        }
    }

    @Test("The best of the week is measured by the network, exactly")
    func ratio() async throws {
        try await DashboardRig.run { rig in
            let miner = try await rig.miner()
            let now = rig.clock.now
            try await rig.execute(
                """
                insert into user_share_totals (user_id, best_diff, latest_week, week_best_diff)
                values (\(miner.user), 9e12, '2026-W09', 4231847293)
                """
            )
            try await rig.execute(
                """
                insert into network_difficulty (block_height, time, difficulty, block_hash, is_epoch_start)
                values (880000, \(now.adding(seconds: -7200)), 100847293444000, \(String(repeating: "0", count: 64)), true)
                """
            )
            let answer = try await rig.stats(of: miner)
            #expect(answer["best_diff_week"] == 4_231_847_293)
            #expect(answer["network_diff"] == 100_847_293_444_000)
            #expect(answer["best_diff_ratio"] == 4.196292382749889e-05)
            #expect(answer["network_height"] == 880_000)
            #expect(answer.text.contains(#""best_diff_ratio":4.196292382749889e-05"#))
        }
    }

    @Test("Sparklines are the last twelve complete hours, ascending")
    func sparklines() async throws {
        try await DashboardRig.run(at: DashboardRig.start.adding(seconds: 1)) { rig in
            let miner = try await rig.miner()
            try await rig.keepHour(0, of: miner, shares: 9, work: 9, best: 9)
            try await rig.keepHour(1, of: miner, shares: 3, rejected: 2, work: 3_600_000, best: 7)
            try await rig.keepHour(12, of: miner, shares: 1, work: 1800, best: 5)
            try await rig.keepHour(13, of: miner, shares: 9, work: 9, best: 9)
            let answer = try await rig.stats(of: miner)
            let gap = Array(repeating: JSONValue.integer(0), count: 10)
            #expect(answer["sparklines.shares"] == .array([1] + gap + [3]))
            #expect(answer["sparklines.difficulty"] == .array([5] + gap + [7]))
            #expect(answer["sparklines.hashrate"] == .array([2_147_483_648] + gap + [4_294_967_296_000]))
        }
    }

    @Test("Level, bar, badges and the streak come from the game; the running week counts once it is active")
    func progress() async throws {
        try await DashboardRig.run { rig in
            let miner = try await rig.miner()
            try await rig.keepProgress(of: miner, xp: 2340, badges: 3, streak: 4)
            var answer = try await rig.stats(of: miner)
            for (name, value) in [
                ("level", 4), ("level_title", "Solo Miner"), ("xp", 2340), ("xp_to_next", 1760), ("xp_into_level", 740),
                ("xp_for_level", 2500), ("badges_earned", 3), ("streak", 4),
            ] as [(String, JSONValue)] { #expect(answer[name] == value, "\(name)") }
            try await rig.execute(
                """
                insert into streak_calendar (user_id, week_iso, week_start, share_count, is_active)
                values (\(miner.user), '2026-W09', '2026-02-23', 1, true)
                """
            )
            try await rig.keepProgress(of: miner, xp: 5_000_000, streak: 4)
            rig.clock.advance(milliseconds: 10_000)
            answer = try await rig.stats(of: miner)
            #expect(answer["streak"] == 5)
            #expect(answer["level"] == 50)
            #expect(answer["xp_to_next"] == 0)
            #expect(answer["xp_into_level"] == 4_000_000)
        }
    }

    @Test("What was mined is seen: shares, workers, best, hashrate")
    func mined() async throws {
        try await DashboardRig.run { rig in
            let miner = try await rig.miner()
            try await rig.mine(3, by: miner, worker: "a")
            try await rig.mine(2, by: miner, worker: "b")
            try await rig.execute("update workers set archived_at = \(rig.clock.now) where worker_name = 'b'")
            let answer = try await rig.stats(of: miner)
            #expect(answer["shares_today"] == 5)
            #expect(answer["workers_online"] == 2)
            #expect(answer["workers_total"] == 1)
            #expect(answer["best_diff_week"] == 2002)
            #expect(answer["hashrate"]?.doubleValue ?? 0 > 0)
        }
    }
}

extension DashboardRig {
    /// Drops a cached body, so that the clock may stand still.
    func forget(_ miner: RigMiner) async throws {
        _ = try await runtime.redis.send(RedisCommand("DEL", StatsCache.key(miner.user)))
    }
}
