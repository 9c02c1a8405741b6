import FeatureRig
import GameRules
import Mining
import Platform
import Postgres
import Testing

@testable import Gamification

/// Half a year of two hundred miners through the real engine, held against a naive recomputation at the end of every week: with outages,
/// deliveries that come twice, late or after a failure, restarts and Mondays on which nobody checked.
@Suite("Season")
struct SeasonTests {
    private static let miners = 200
    private static let weeks = 26
    /// Monday of 2026-W40: the season runs through week 53 into the new year.
    private static let start = Instant(rfc3339: "2026-09-28T00:00:00Z") ?? .unixEpoch

    /// Fails a batch after the engine has done its part.
    private struct Failure: BatchObserver, Error {
        func batchStored(_ change: BatchChange, in transaction: PostgresTransaction) async throws { throw self }
    }

    /// A process that has just started.
    private static func pipeline(_ rig: ProgressRig, fails: Bool = false) throws -> MiningPipeline {
        let engine = try GameEngine(runtime: rig.runtime, repair: StreakService(badges: try .embedded()))
        return MiningPipeline(runtime: rig.runtime, observers: fails ? [engine, Failure()] : [engine])
    }

    @Test("Engine and recomputation agree at the end of every week", .timeLimit(.minutes(10)))
    func season() async throws {
        try await ProgressRig.run(at: Self.start) { rig in
            var season = Season(miners: Self.miners, seed: 26)
            var naive = NaiveGame(miners: Self.miners)
            var pipeline = try Self.pipeline(rig)
            var delivered: [MiningEvent] = []
            let first = ISOWeek(containing: Self.start)
            var checked: ISOWeek?
            for number in 0..<Self.weeks {
                let week = first.advanced(by: number)
                let isOutage = number == 9 || number == 17
                // Two Mondays in a row nobody checks.
                let isChecked = number != 12 && number != 13
                try await TimeTableKeeper(database: rig.runtime.database).makeRanges(at: week.start)
                let miners = isOutage ? [] : season.roll()
                var late: [Season.Play] = []
                for day in week.days {
                    rig.clock.set(day.end)
                    var plays = try season.day(day, miners)
                    if isChecked { late += plays.filter { _ in season.chance(4) } }
                    let lateIDs = Set(late.map(\.event.envelope.id))
                    plays.removeAll { lateIDs.contains($0.event.envelope.id) }
                    var events = plays.map(\.event)
                    if season.chance(10) { pipeline = try Self.pipeline(rig) }
                    if !events.isEmpty, season.chance(10) {
                        let failing = events
                        await #expect(throws: (any Error).self) {
                            _ = try await Self.pipeline(rig, fails: true).shares.apply(failing, now: rig.clock.now)
                        }
                    }
                    // Some of these were delivered before.
                    if season.chance(30) { events += delivered.suffix(50) }
                    _ = try await pipeline.shares.apply(events, now: rig.clock.now)
                    delivered += plays.map(\.event)
                    for play in plays where play.isAccepted { naive.add(play.share) }
                }
                if isOutage {
                    _ = try await ExcusedWeeks(database: rig.runtime.database).set(week, isExcused: true, at: rig.clock.now)
                    naive.excused.insert(week.index)
                }
                if isChecked {
                    rig.clock.set(week.end.adding(seconds: 900))
                    try await StreakChecker(runtime: rig.runtime, badges: try .embedded()).run()
                    // What was on its way since the week, or for longer.
                    rig.clock.set(week.end.adding(seconds: 1_800))
                    _ = try await pipeline.shares.apply(late.map(\.event) + delivered.suffix(20), now: rig.clock.now)
                    delivered += late.map(\.event)
                    for play in late where play.isAccepted { naive.add(play.share) }
                    rig.clock.set(week.end.adding(seconds: 3_900))
                    try await StreakChecker(runtime: rig.runtime, badges: try .embedded()).run()
                    checked = week
                }

                // What nobody checked yet is not judged yet; everything else is up to date.
                let expected = naive.expectations(through: try #require(checked).index)
                let found = try await NaiveGame.stored(in: rig.runtime.database, of: season.addresses)
                for miner in 0..<Self.miners where found[miner] != expected[miner] {
                    Issue.record("week \(week), miner \(miner): \(found[miner]), should be \(expected[miner])")
                }
            }
            let now = rig.clock.now
            #expect(try await Recalculator(runtime: rig.runtime).run(at: now).corrected == [])
            var told: [String] = []
            let differences = try await GameRebuild(database: rig.runtime.database).run(applies: false, now: now) { told.append($0) }
            #expect(differences == 0, "\(told)")
            try await Self.wipeAndRebuild(rig, at: now)
            let after = try await NaiveGame.stored(in: rig.runtime.database, of: season.addresses)
            #expect(after == naive.expectations(through: first.advanced(by: Self.weeks - 1).index))
        }
    }

    /// Everything derived is thrown away and made again; every column is as it was.
    private static func wipeAndRebuild(_ rig: ProgressRig, at now: Instant) async throws {
        let dump: SQL = """
            select concat_ws('|', user_id, total_xp, level, level_title, badges_earned, current_streak, longest_streak, streak_start_date,
                             last_active_week, streak_evaluated_week, total_shares, best_difficulty, blocks_found)
            from user_gamification union all
            select concat_ws('|', user_id, week_iso, week_start, share_count, best_diff, is_active, day_mask) from streak_calendar union all
            select concat_ws('|', user_id, badge_id, earned_at) from user_badges order by 1
            """
        func rows() async throws -> [String] { try await rig.runtime.database.query(dump).map { try $0.decode(String.self) } }
        let before = try await rows()
        for table in ["user_gamification", "streak_calendar", "user_badges"] { try await rig.execute("delete from \(identifier: table)") }
        _ = try await GameRebuild(database: rig.runtime.database).run(applies: true, now: now) { _ in }
        #expect(try await rows() == before)
    }
}
