import API
import FeatureRig
import GameRules
import Platform
import Postgres
import TestServers
import Testing

@testable import Gamification

/// The two latest active weeks in the row of a player's state, against the calendar they are taken from.
@Suite("Active weeks in the state")
struct ActiveWeeksTests {
    private static let agrees: SQL = """
        select bool_and((latest_active_week, latest_day_mask, active_week_before) is not distinct from (
            (select max(week_start) from streak_calendar c where c.user_id = g.user_id and is_active),
            coalesce((select day_mask from streak_calendar c where c.user_id = g.user_id and is_active order by week_start desc limit 1), 0),
            (select max(week_start) from streak_calendar c where c.user_id = g.user_id and is_active and week_start < latest_active_week)
        )) from user_gamification g
        """

    @Test("Whatever happens to the calendar and in whatever order, the row says what it says", arguments: [1, 2] as [UInt64])
    func anyOrder(_ seed: UInt64) async throws {
        try await ProgressRig.run { rig in
            var random = SeededGenerator(seed: seed)
            let players = [try await rig.player(), try await rig.player("bc1qother00000")]
            try await rig.setState(of: players[0])
            let weeks = (1...6).map { "2026-W0\($0)" }
            for round in 0..<60 {
                let player = players[Int.random(in: 0..<2, using: &random)]
                let week = weeks[Int.random(in: 0..<6, using: &random)]
                let days = Int16.random(in: 0..<128, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0:
                    try await rig.execute("delete from streak_calendar where user_id = \(player.user) and week_iso = \(week)")
                case 1:
                    try await rig.execute(
                        "update streak_calendar set is_active = not is_active where user_id = \(player.user) and week_iso = \(week)"
                    )
                default:
                    let store = ShareCountStore()
                    let row = ShareCountStore.CalendarWeek(
                        user: player.user,
                        week: try #require(ISOWeek(week)),
                        shares: 1,
                        best: 1,
                        dayMask: days
                    )
                    try await rig.execute(store.addWeeks([row]))
                }
                // The second player's state begins after weeks of its own.
                if round == 30 { try await rig.setState(of: players[1]) }
                #expect(try await rig.routes.runtime.database.query(Self.agrees).value(Bool.self) == true)
            }
        }
    }

    @Test("A share stamped a moment ahead begins no week before the clock does")
    func ahead() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            try await rig.activate(["2026-W07", "2026-W08"], of: player)
            try await rig.activate(["2026-W09"], of: player, days: 0b1000001)
            try await rig.setState(of: player, current: 2, longest: 2, start: "2026-02-09", lastActive: "2026-W08", evaluated: "2026-W08")
            let before = try await rig.get("/api/v1/users/me/streak", by: player).json
            try await rig.activate(["2026-W10"], of: player, days: 1)
            #expect(try await rig.get("/api/v1/users/me/streak", by: player).json == before)
            #expect(before.objectValue?["days_active_this_week"] == 2)
        }
    }
}
