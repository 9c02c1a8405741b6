import FeatureRig
import Feed
import Foundation
import GameRules
import Platform
import Postgres
import Testing

@testable import Mining

/// Spec 08 §3: how many began to mine on a day, by country.
@Suite("New miners")
struct NewMinersTests {
    private func miner(_ rig: MiningRig, _ country: String?, days: [String], accepted: Int64 = 2) async throws {
        let made: SQL = """
            insert into users (btc_address, country_code, created_at, updated_at)
            values (\("bc1q-\(UUID().uuidString)"), \(country), \(rig.clock.now), \(rig.clock.now)) returning id
            """
        let user = try #require(try await rig.runtime.database.query(made, access: .write).value(UserID.self))
        for day in days {
            try await rig.execute(
                """
                insert into user_daily_stats (user_id, day, total_shares, accepted_shares, diff_hist, presence, updated_at)
                values (\(user), \(UTCDay(day)), 2, \(accepted), '{}', '\\x', \(rig.clock.now))
                """
            )
        }
    }

    @Test("Three and more of a country are one entry a day, told once; fewer are none, and those without a country one together")
    func summary() async throws {
        try await MiningRig.run { rig async throws in
            let (database, now) = (rig.runtime.database, rig.clock.now)
            func texts(_ sql: SQL) async throws -> [String] { try await database.query(sql, access: .write).decode(String.self) }
            let day = UTCDay(containing: now)
            let today = day.description
            for _ in 0..<3 { try await miner(rig, "DE", days: [today]) }
            for _ in 0..<2 { try await miner(rig, "FR", days: [today]) }
            for _ in 0..<4 { try await miner(rig, nil, days: [today]) }
            // No newcomers: one who mined before, and one without an accepted share.
            try await miner(rig, "FR", days: ["2025-12-31", today])
            try await miner(rig, "FR", days: [today], accepted: 0)
            let job = NewMiners(runtime: rig.runtime)
            for _ in 0..<2 { try await job.run(on: day, at: now) }
            let entries: SQL = "select title || ' ' || metadata from activity_feed order by id"
            let told = [#"3 new miners from Germany {"count": 3, "country_code": "DE"}"#, #"4 new miners {"count": 4}"#]
            #expect(try await texts(entries) == told)
            #expect(try await texts("select activity_type::text from activity_events") == [])
            #expect(try await texts("select distinct event_type::text from activity_feed where user_id is null") == ["new_miners"])
            // A country has one entry a day: who comes after it is not told of again.
            try await miner(rig, "DE", days: [today])
            try await job.run(on: day, at: now)
            #expect(try await texts(entries) == told)
            try await job.run(on: day.next, at: now)
            #expect(try await texts(entries) == told)
        }
    }
}
