import FeatureRig
import API
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Gamification

/// The hourly recalculator (spec 05 §4.5, §12, §14 nos. 13, 17).
@Suite("Recalculator")
struct RecalculatorTests {
    /// Every row with its version: a write of any kind changes it.
    private func versions(_ rig: ProgressRig) async throws -> [String] {
        let rows = try await rig.runtime.database.query(
            """
            select 'g' || user_id || ' ' || xmin::text || ' ' || ctid::text from user_gamification union all
            select 's' || badge_id || ' ' || xmin::text || ' ' || ctid::text from badge_stats order by 1
            """
        )
        return try rows.map { try $0.decode(String.self) }
    }

    @Test("A total changed by hand is mended within one run, counted, and told to nobody")
    func drift() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            let healthy = try await rig.player("bc1qother00000")
            try await rig.setState(of: player, xp: 150)
            try await rig.setState(of: healthy, xp: 50)
            try await rig.book(150, to: player, key: "a")
            try await rig.book(50, to: healthy, key: "b")
            let recalculator = Recalculator(runtime: rig.runtime)
            #expect(try await recalculator.run(at: rig.clock.now).corrected == [])
            let before = try await versions(rig)
            rig.clock.advance(milliseconds: 3_600_000)
            #expect(try await recalculator.run(at: rig.clock.now) == .init(checked: 2, corrected: []))
            #expect(try await versions(rig) == before, "a healthy row is never written")

            try await rig.execute(
                "update user_gamification set total_xp = 9999, level = 6, level_title = 'x' where user_id = \(player.user)"
            )
            #expect(try await recalculator.run(at: rig.clock.now).corrected == [player.user])
            let seen = try await rig.get("/api/v1/users/me/xp", by: player)
            #expect(seen["total_xp"] == 150 && seen["level"] == 2)
            #expect(try await rig.text("select level_title from user_gamification where user_id = \(player.user)") == "Curious Cat")
            #expect(try await rig.number("select count(*) from level_celebrations") == 0)
            #expect(try await recalculator.run(at: rig.clock.now).corrected == [])
        }
    }

    @Test("Badges counted wrong, and experience that was taken, lower a level without a word")
    func otherDrift() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            try await rig.setState(of: player, xp: 700)
            try await rig.book(650, to: player, key: "a")
            try await rig.book(-600, to: player, source: "adjustment", key: "b")
            try await rig.earn(try await rig.define("first"), by: player)
            #expect(try await Recalculator(runtime: rig.runtime).run(at: rig.clock.now).corrected == [player.user])
            #expect(try await rig.number("select total_xp * 100 + level * 10 + badges_earned from user_gamification") == 5_011)
        }
    }

    @Test("In a big pool between daily sweeps only users that changed are looked at")
    func changed() async throws {
        try await ProgressRig.run { rig in
            for number in 0..<3 { try await rig.setState(of: try await rig.player("bc1qplayer000\(number)")) }
            let recalculator = Recalculator(runtime: rig.runtime, smallPool: 0)
            #expect(try await recalculator.run(at: rig.clock.now).checked == 3)
            rig.clock.advance(milliseconds: 3_600_000)
            #expect(try await recalculator.run(at: rig.clock.now).checked == 3, "those of the last run's time are looked at once more")
            rig.clock.advance(milliseconds: 3_600_000)
            #expect(try await recalculator.run(at: rig.clock.now).checked == 0)
            rig.clock.advance(milliseconds: 79_200_000)
            #expect(try await recalculator.run(at: rig.clock.now).checked == 3)
        }
    }

    @Test("Statistics: three of eight who mined are 37.5 percent; of nobody it is 0; two thirds are rounded")
    func statistics() async throws {
        try await ProgressRig.run { rig in
            let badge = try await rig.define("first")
            let recalculator = Recalculator(runtime: rig.runtime)
            func percentage() async throws -> String? {
                try await recalculator.run(at: rig.clock.now)
                return try await rig.text("select total_earned || ' ' || percentage from badge_stats")
            }
            #expect(try await percentage() == "0 0.00")
            for number in 0..<9 {
                let player = try await rig.player("bc1qplayer000\(number)")
                try await rig.setState(of: player)
                // The ninth has neither mined nor earned anything.
                if number < 8 { try await rig.execute("update user_gamification set total_shares = 5 where user_id = \(player.user)") }
                if number < 3 { try await rig.earn(badge, by: player, at: rig.clock.now.adding(seconds: Int64(number))) }
            }
            #expect(try await percentage() == "3 37.50")
            #expect(try await rig.call(.get, "/api/v1/badges/first")["percentage"] == 37.5)
            try await rig.execute("delete from users where id > 3")
            #expect(try await percentage() == "3 100.00")
            try await rig.execute("delete from user_badges where user_id = 3")
            #expect(try await percentage() == "2 66.67")
        }
    }
}
