import Feed
import FeatureRig
import GameRules
import Platform
import Postgres
import Scheduler
import Testing

@testable import Gamification

/// Spec 08 §3, §8: how many began to mine on a day, by country.
@Suite("New miners")
struct NewMinersTests {
    private func miner(_ rig: GameRig, _ country: String?, days: [String], accepted: Int64 = 2) async throws {
        let user = try await rig.user()
        try await rig.database.execute("update users set country_code = \(country) where id = \(user)")
        for day in days {
            try await rig.database.execute(
                """
                insert into user_daily_stats (user_id, day, total_shares, accepted_shares, diff_hist, presence, updated_at)
                values (\(user), \(UTCDay(day)), 2, \(accepted), '{}', '\\x', \(rig.now))
                """
            )
        }
    }

    @Test("Three and more of a country are one entry a day, told once; fewer are none, and those without a country one together")
    func summary() async throws {
        try await GameRig.run { rig async throws in
            let today = "2026-02-25"
            for _ in 0..<3 { try await miner(rig, "DE", days: [today]) }
            for _ in 0..<2 { try await miner(rig, "FR", days: [today]) }
            for _ in 0..<4 { try await miner(rig, nil, days: [today]) }
            // No newcomers: one who mined before, one without an accepted share; who was only rejected before is one.
            try await miner(rig, "FR", days: ["2025-12-31", today])
            try await miner(rig, "FR", days: [today], accepted: 0)
            let job = NewMiners(runtime: rig.runtime)
            let day = UTCDay(containing: rig.now)
            for _ in 0..<2 { try await job.run(on: day, at: rig.now) }
            let entries: SQL = "select title || ' ' || metadata from activity_feed order by id"
            #expect(
                try await rig.texts(entries) == [
                    #"3 new miners from Germany {"count": 3, "country_code": "DE"}"#, #"4 new miners {"count": 4}"#,
                ]
            )
            #expect(try await rig.number("select count(*) from activity_events") == 0)
            #expect(try await rig.texts("select distinct event_type from activity_feed where user_id is null") == ["new_miners"])
            // A third of France after the summary was written is told of with nobody: a day has one entry a country.
            try await miner(rig, "DE", days: [today])
            try await job.run(on: day, at: rig.now)
            #expect(try await rig.number("select count(*) from activity_feed") == 2)
            try await job.run(on: day.next, at: rig.now)
            #expect(try await rig.number("select count(*) from activity_feed") == 2)
        }
    }

    @Test("The summary is due five minutes before midnight, of the day it is due on, however late it runs")
    func due() async throws {
        try await GameRig.run { rig async throws in
            let task = try #require(GamificationJobs.tasks(rig.runtime).first { $0.name == "new_miners" })
            #expect(task.schedule == .daily(hour: 23, minute: 55))
            #expect(task.catchUp == .newestWithin(seconds: 86_400))
        }
    }
}
