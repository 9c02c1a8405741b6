import FeatureRig
import API
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Gamification

/// The streak as its owner sees it, and the calendar (spec 05 §7.1, §9 nos. 7, 8).
@Suite("Streak routes")
struct StreakRouteTests {
    private func streak(_ rig: ProgressRig, _ player: Player) async throws -> JSONObject {
        let answer = try await rig.get("/api/v1/users/me/streak", by: player)
        let overview = try await rig.get("/api/v1/users/me/gamification", by: player)
        #expect(overview["streak"] == answer.json)
        return answer.json.objectValue ?? JSONObject()
    }

    @Test("The running week extends the effective streak and moves its end by a week")
    func runningWeek() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            try await rig.activate(["2026-W06", "2026-W07", "2026-W08"], of: player)
            try await rig.setState(of: player, current: 3, longest: 3, start: "2026-02-02", lastActive: "2026-W08", evaluated: "2026-W08")
            var seen = try await streak(rig, player)
            #expect(seen["current_streak"] == 3 && seen["effective_streak"] == 3 && seen["longest_streak"] == 3)
            #expect(seen["streak_start_date"] == "2026-02-02" && seen["last_active_week"] == "2026-W08")
            #expect(seen["is_active_this_week"] == false && seen["days_active_this_week"] == 0)
            #expect(seen["streak_expires_at"] == "2026-03-02T00:00:00.000Z")
            #expect(seen["next_milestone"] == ["weeks": 4, "label": "Month Strong", "weeks_to_go": 1])
            try await rig.activate(["2026-W09"], of: player, days: 0b0100101)
            seen = try await streak(rig, player)
            #expect(seen["current_streak"] == 3 && seen["effective_streak"] == 4 && seen["longest_streak"] == 4)
            #expect(seen["last_active_week"] == "2026-W09" && seen["is_active_this_week"] == true && seen["days_active_this_week"] == 3)
            #expect(seen["streak_expires_at"] == "2026-03-09T00:00:00.000Z")
            #expect(seen["next_milestone"] == ["weeks": 12, "label": "Quarter Master", "weeks_to_go": 8])
        }
    }

    @Test("While the evaluation is pending, the calendar decides, however many weeks were missed")
    func pending() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            try await rig.activate(["2026-W07", "2026-W08", "2026-W09"], of: player)
            try await rig.setState(of: player, current: 1, longest: 1, start: "2026-02-09", lastActive: "2026-W07", evaluated: "2026-W07")
            rig.clock.set(try rig.instant("2026-03-02T00:00:00Z"))
            var seen = try await streak(rig, player)
            #expect(seen["current_streak"] == 3 && seen["effective_streak"] == 3 && seen["streak_start_date"] == "2026-02-09")
            #expect(seen["streak_expires_at"] == "2026-03-09T00:00:00.000Z")
            // A share on Monday: the last weeks are still counted.
            try await rig.activate(["2026-W10"], of: player)
            seen = try await streak(rig, player)
            #expect(seen["current_streak"] == 3 && seen["effective_streak"] == 4)
            // A week later nothing was mined.
            rig.clock.set(try rig.instant("2026-03-16T00:00:00Z"))
            seen = try await streak(rig, player)
            #expect(seen["current_streak"] == 0 && seen["effective_streak"] == 0 && seen["longest_streak"] == 1)
            #expect(seen["streak_start_date"] == .null && seen["last_active_week"] == "2026-W10" && seen["streak_expires_at"] == .null)
        }
    }

    @Test("An excused week neither breaks nor extends while the evaluation is pending, and the calendar shows it")
    func excused() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            try await rig.activate(["2026-W07", "2026-W08"], of: player)
            try await rig.setState(of: player, current: 2, longest: 2, start: "2026-02-09", lastActive: "2026-W08", evaluated: "2026-W08")
            let excused = ExcusedWeeks(database: rig.runtime.database)
            let week = try #require(ISOWeek("2026-W09"))
            #expect(try await excused.set(week, isExcused: true, at: rig.clock.now))
            #expect(try await !excused.set(week, isExcused: true, at: rig.clock.now))
            rig.clock.set(try rig.instant("2026-03-04T00:00:00Z"))
            let seen = try await streak(rig, player)
            #expect(seen["current_streak"] == 2 && seen["streak_start_date"] == "2026-02-09")
            let calendar = try await rig.get("/api/v1/users/me/streak/calendar?fill=true&weeks=3", by: player)["weeks"]?.arrayValue
            #expect(calendar?.map { $0.objectValue?["week_iso"] } == ["2026-W10", "2026-W09", "2026-W08"])
            #expect(calendar?.map { $0.objectValue?["is_excused"] } == [false, true, false])
            #expect(try await excused.set(week, isExcused: false, at: rig.clock.now))
            #expect(try await streak(rig, player)["current_streak"] == 0)
            #expect(try await rig.number("select count(*) from audit_log where action = 'streak.excuse_week'") == 2)
        }
    }

    @Test("A streak of 52 weeks has no further milestone")
    func longest() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            try await rig.setState(of: player, current: 52, longest: 60, start: "2025-02-24", lastActive: "2026-W08", evaluated: "2026-W08")
            let seen = try await streak(rig, player)
            #expect(seen["next_milestone"] == .null && seen["longest_streak"] == 60)
        }
    }

    @Test("The calendar is restricted to the last weeks, the running one included, and can be filled")
    func calendar() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            try await rig.activate(["2025-W09", "2025-W10", "2026-W08"], of: player, shares: 7)
            try await rig.activate(["2026-W09"], of: player, shares: 0, isActive: false)
            let plain = try await rig.get("/api/v1/users/me/streak/calendar", by: player)
            let weeks = plain["weeks"]?.arrayValue?.compactMap(\.objectValue) ?? []
            #expect(weeks.map { $0["week_iso"] } == ["2026-W09", "2026-W08", "2025-W10"])
            #expect(weeks.map { $0["is_active"] } == [false, true, true])
            #expect(weeks[1].map(\.name) == ["week_iso", "week_start", "share_count", "best_diff", "is_active", "is_excused"])
            #expect(weeks[1]["week_start"] == "2026-02-16" && weeks[1]["share_count"] == 7 && weeks[1]["best_diff"] == 1500)
            let filled = try await rig.get("/api/v1/users/me/streak/calendar?fill=true", by: player)["weeks"]?.arrayValue ?? []
            #expect(filled.count == 52 && filled.first?.objectValue?["week_iso"] == "2026-W09")
            #expect(filled.count { $0.objectValue?["is_active"] == true } == 2)
            #expect(filled[5].objectValue?["share_count"] == 0 && filled[5].objectValue?["best_diff"] == 0)
            #expect(try await rig.get("/api/v1/users/me/streak/calendar?weeks=1", by: player)["weeks"]?.arrayValue?.count == 1)
        }
    }
}
