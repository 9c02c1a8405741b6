import FeatureRig
import API
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Gamification

/// What every route of the room has in common (spec 05 §9, 12 §2, §3).
@Suite("Doors of the gamification API")
struct GameDoorTests {
    static let open = ["badges", "badges/first_share", "levels"]
    static let own = [
        "badges", "xp", "xp/history", "streak", "streak/calendar", "gamification", "level-ups/pending", "streak-milestones/pending",
    ]

    @Test("A user without a row is answered with zeros everywhere, and no row is made")
    func zeroState() async throws {
        try await ProgressRig.run { rig in
            try await rig.define("first_share")
            let player = try await rig.player()
            for path in Self.own {
                let answer = try await rig.get("/api/v1/users/me/\(path)", by: player)
                #expect(answer.status == 200, "\(path): \(answer.text)")
                #expect(answer.headers[.cacheControl] == "private, no-store", "\(path)")
            }
            let streak = #"""
                {"current_streak":0,"longest_streak":0,"streak_start_date":null,"last_active_week":null,"is_active_this_week":false,\#
                "effective_streak":0,"days_active_this_week":0,"streak_expires_at":null,\#
                "next_milestone":{"weeks":1,"label":"First Week","weeks_to_go":1}}
                """#
            let xp = #"""
                {"total_xp":0,"level":1,"level_title":"Nocoiner","xp_into_level":0,"xp_for_level":100,"next_level":2,\#
                "next_title":"Curious Cat","xp_to_next":100,"is_max_level":false
                """#
            #expect(try await rig.get("/api/v1/users/me/streak", by: player).text == streak)
            #expect(
                try await rig.get("/api/v1/users/me/xp", by: player).text == xp
                    + #","levels_reached":[{"level":1,"reached_at":"\#(rig.clock.now.rfc3339)"}]}"#
            )
            #expect(
                try await rig.get("/api/v1/users/me/gamification", by: player).text == #"{"xp":"# + xp + #"},"streak":"# + streak
                    + #","badges":{"earned":0,"total":1},"stats":{"total_shares":0,"best_difficulty":0,"blocks_found":0,"lottery_wins":0}}"#
            )
            #expect(
                try await rig.get("/api/v1/users/me/badges", by: player).text == #"{"earned":[],"total_available":1,"total_earned":0}"#
            )
            #expect(
                try await rig.get("/api/v1/users/me/xp/history", by: player).text == #"{"entries":[],"total":0,"page":1,"per_page":50}"#
            )
            #expect(try await rig.get("/api/v1/users/me/streak/calendar", by: player).text == #"{"weeks":[]}"#)
            #expect(try await rig.get("/api/v1/users/me/level-ups/pending", by: player).text == #"{"celebrations":[]}"#)
            #expect(try await rig.get("/api/v1/users/me/streak-milestones/pending", by: player).text == #"{"celebrations":[]}"#)
            for table in ["user_gamification", "streak_calendar", "xp_ledger", "user_badges", "level_celebrations"] {
                #expect(try await rig.number("select count(*) from \(identifier: table)") == 0, "\(table)")
            }
        }
    }

    @Test("What concerns a user needs that user; the catalogue needs nobody")
    func doors() async throws {
        try await ProgressRig.run { rig in
            try await rig.define("first_share")
            let player = try await rig.player()
            let key = try await rig.key(of: player, scopes: ["read"])
            for path in Self.own.map({ "/api/v1/users/me/" + $0 }) {
                #expect(try await rig.call(.get, path).status == 401, "\(path)")
                #expect(try await rig.call(.get, path, token: "x").status == 401, "\(path)")
                #expect(try await rig.call(.get, path, key: key).status == 200, "\(path)")
                #expect(try await rig.call(.head, path, token: player.token).status == 200, "\(path)")
            }
            for path in Self.open {
                let answer = try await rig.call(.get, "/api/v1/" + path)
                #expect(answer.status == 200, "\(path)")
                #expect(answer.headers[.cacheControl] == (path == "levels" ? "public, max-age=3600" : "public, max-age=60"), "\(path)")
            }
        }
    }

    @Test("A bad value is named, wherever it stands")
    func faults() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            for (path, fault) in [
                ("badges?category=gold", "category:not_allowed"), ("badges?category=MINING", "category:not_allowed"),
                ("users/me/xp/history?page=0", "page:out_of_range"), ("users/me/xp/history?page=-1", "page:out_of_range"),
                ("users/me/xp/history?page=x", "page:type"), ("users/me/xp/history?page=1.5", "page:type"),
                ("users/me/xp/history?page=99999999999999999999", "page:out_of_range"),
                ("users/me/xp/history?page=9223372036854775807", "page:out_of_range"),
                ("users/me/xp/history?per_page=0", "per_page:out_of_range"), ("users/me/xp/history?per_page=101", "per_page:out_of_range"),
                ("users/me/xp/history?per_page=ten", "per_page:type"), ("users/me/xp/history?source=luck", "source:not_allowed"),
                ("users/me/xp/history?page=1001&per_page=100", "page:out_of_range"), ("users/me/xp/history?page=2001", "page:out_of_range"),
                ("users/me/streak/calendar?weeks=0", "weeks:out_of_range"), ("users/me/streak/calendar?weeks=105", "weeks:out_of_range"),
                ("users/me/streak/calendar?weeks=many", "weeks:type"), ("users/me/streak/calendar?fill=1", "fill:type"),
            ] {
                let answer = try await rig.get("/api/v1/" + path, by: player)
                #expect(answer.status == 422 && answer.code == "validation_error", "\(path): \(answer.text)")
                #expect(answer.faults == [fault], "\(path)")
            }
            #expect(try await rig.get("/api/v1/users/me/xp/history?page=2000&unknown=1", by: player).status == 200)
            #expect(try await rig.get("/api/v1/users/me/xp/history?page=1000&per_page=100", by: player).status == 200)
            #expect(try await rig.get("/api/v1/users/me/streak/calendar?weeks=104&fill=true", by: player).status == 200)
        }
    }
}
