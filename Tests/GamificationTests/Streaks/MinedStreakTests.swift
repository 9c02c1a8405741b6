import FeatureRig
import GameRules
import Mining
import Platform
import Postgres
import Testing

@testable import Gamification

/// Streaks from shares that were mined week by week, through ingest and the Monday check (spec 05 §7, §13).
@Suite("Streaks that were mined")
struct MinedStreakTests {
    private static let address = GameRig.address

    private func badges(_ rig: ProgressRig) async throws -> [String] {
        try await rig.runtime.database.query(
            "select d.slug from user_badges b join badge_definitions d on d.id = b.badge_id order by d.sort_order",
            access: .write
        ).map { try String(postgres: $0[0]) }
    }

    @Test("A share a week earns the badges of four and twelve weeks on their Mondays, once; a week without one ends it and takes nothing")
    func badges() async throws {
        let first = try #require(ISOWeek("2026-W02"))
        try await ProgressRig.run(at: first.start) { rig in
            let engine = try GameEngine(runtime: rig.runtime, repair: StreakService(badges: try .embedded()))
            let pipeline = MiningPipeline(runtime: rig.runtime, observers: [engine])
            /// Mines one share in a week, delivered twice, and closes the week, twice.
            func live(_ number: Int, mines: Bool = true) async throws {
                let week = first.advanced(by: number)
                try await TimeTableKeeper(database: rig.runtime.database).makeRanges(at: week.start)
                // Another day and hour every week; now and then the very last instant.
                let offset = number % 4 == 3 ? 7 * 86_400_000 - 1 : Int64(number % 7) * 86_400_000 + Int64(number) * 3_600_000
                let share = try PoolShare(time: week.start.adding(milliseconds: offset), achieved: 10).event
                rig.clock.set(week.end)
                for _ in 0..<2 where mines { _ = try await pipeline.shares.apply([share], now: rig.clock.now) }
                rig.clock.set(week.end.adding(seconds: 900))
                for _ in 0..<2 { try await StreakChecker(runtime: rig.runtime, badges: try .embedded()).run() }
            }
            let state: SQL = "select concat_ws(' ', current_streak, longest_streak, total_xp) from user_gamification"
            for number in 0..<13 {
                try await live(number)
                let weeks = number + 1
                let earned = ["first_share"] + (weeks >= 4 ? ["streak_4"] : []) + (weeks >= 12 ? ["streak_12"] : [])
                let xp = 75 * weeks + 50 + (weeks >= 4 ? 100 : 0) + (weeks >= 12 ? 200 : 0)
                #expect(try await badges(rig) == earned, "after \(weeks) weeks")
                #expect(try await rig.text(state) == "\(weeks) \(weeks) \(xp)")
            }
            try await live(13, mines: false)
            #expect(try await rig.text(state) == "0 13 1325")
            for number in 14..<18 { try await live(number) }
            #expect(try await rig.text(state) == "4 13 1625", "the badge of four weeks is not paid again")
            #expect(try await badges(rig) == ["first_share", "streak_4", "streak_12"])
            #expect(try await rig.number("select count(*) from streak_celebrations") == 3)
            #expect(try await rig.number("select count(*) from xp_ledger where source = 'streak'") == 17)
        }
    }
}
