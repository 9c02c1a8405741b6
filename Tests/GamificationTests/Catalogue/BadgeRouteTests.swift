import FeatureRig
import API
import Accounts
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Gamification

/// The catalogue, who earned a badge, and what the caller earned (spec 05 §9 nos. 1, 2, 4).
@Suite("Badge routes")
struct BadgeRouteTests {
    @Test("The catalogue lists active badges in their order, of one category or of all, with their statistics")
    func catalogue() async throws {
        try await ProgressRig.run { rig in
            try await rig.define("second", category: "streak", order: 2, trigger: ("streak", #"{"threshold":4}"#))
            let first = try await rig.define("first", order: 1)
            try await rig.define("gone", order: 0, isActive: false)
            try await rig.execute(
                """
                insert into badge_stats (badge_id, total_earned, percentage, updated_at) values (\(first), 3, 37.5, \(rig.clock.now))
                """
            )
            let all = try await rig.call(.get, "/api/v1/badges")
            let badges = all["badges"]?.arrayValue?.compactMap(\.objectValue) ?? []
            #expect(badges.map { $0["slug"] } == ["first", "second"])
            #expect(
                badges.first?.map(\.name) == [
                    "slug", "name", "description", "category", "rarity", "xp_reward", "total_earned", "percentage", "trigger",
                ]
            )
            #expect(badges[0]["total_earned"] == 3 && badges[0]["percentage"] == 37.5)
            #expect(badges[1]["total_earned"] == 0 && badges[1]["percentage"] == 0)
            let some = try await rig.call(.get, "/api/v1/badges?category=streak")
            #expect(some["badges"]?.arrayValue?.compactMap { $0.objectValue?["slug"] } == ["second"])
            #expect(try await rig.call(.get, "/api/v1/badges?category=node")["badges"] == [])
        }
    }

    @Test("Ten earners at most, newest first; who is hidden or banned is not among them, and the next ones move up")
    func earners() async throws {
        try await ProgressRig.run { rig in
            let badge = try await rig.define("first")
            for number in 0..<14 {
                let player = try await rig.player("bc1qplayer000\(number)")
                try await rig.earn(badge, by: player, at: rig.clock.now.adding(seconds: Int64(number)))
                if number == 13 { try await rig.execute("update users set is_banned = true where id = \(player.user)") }
                if number == 12 {
                    try await rig.execute(
                        """
                        insert into user_settings (user_id, privacy, updated_at)
                        values (\(player.user), '{"showOnLeaderboard": false}', \(rig.clock.now))
                        on conflict (user_id) do update set privacy = excluded.privacy
                        """
                    )
                }
                if number == 11 { try await rig.execute("update users set display_name = 'Ada' where id = \(player.user)") }
            }
            let answer = try await rig.call(.get, "/api/v1/badges/first")
            let earners = answer["recent_earners"]?.arrayValue?.compactMap(\.objectValue) ?? []
            #expect(earners.count == 10, "\(answer.text)")
            #expect(earners.first?["user"] == "Ada")
            #expect(earners.first?["earned_at"]?.stringValue == rig.clock.now.adding(seconds: 11).rfc3339)
            let ids = try await rig.runtime.database.query("select id from users order by id").map { try $0.decode(UserID.self) }
            #expect(earners.dropFirst().map { $0["user"]?.stringValue } == ids[2...10].reversed().map { "Miner-\($0)" })
            #expect(answer.json.objectValue?.map(\.name).prefix(2) == ["slug", "name"])
            #expect(!answer.text.contains("bc1q"))
            // Whoever deletes the account is gone from here.
            try await rig.execute("delete from users where display_name = 'Ada'")
            #expect(try await !rig.call(.get, "/api/v1/badges/first").text.contains("Ada"))
        }
    }

    @Test(
        "A badge that is unknown, inactive or no slug at all is not found",
        arguments: ["nothing", "gone", "First", "first ", "%00", "%FF", "a%2Fb", String(repeating: "x", count: 3000)]
    )
    func notFound(slug: String) async throws {
        try await ProgressRig.run { rig in
            try await rig.define("first")
            try await rig.define("gone", isActive: false)
            let path = "/api/v1/badges/" + slug.replacing(" ", with: "%20")
            let answer = try await rig.call(.get, path)
            #expect(answer.status == 404 && answer.code == "badge_not_found", "\(answer.status) \(answer.text)")
        }
    }

    @Test("Earned badges come newest first, ties by the higher id, with their metadata as stored")
    func earned() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            let other = try await rig.player("bc1qother00000")
            var ids: [Int32] = []
            for name in ["a", "b", "c", "retired"] { ids.append(try await rig.define(name, isActive: name != "retired")) }
            try await rig.earn(ids[0], by: player, metadata: #"{"totalShares":"1,000"}"#)
            try await rig.earn(ids[3], by: player)
            try await rig.earn(ids[1], by: player, at: rig.clock.now.adding(seconds: -5))
            try await rig.earn(ids[2], by: other)
            let answer = try await rig.get("/api/v1/users/me/badges", by: player)
            let earned = answer["earned"]?.arrayValue?.compactMap(\.objectValue) ?? []
            #expect(earned.map { $0["slug"] } == ["retired", "a", "b"], "\(answer.text)")
            #expect(earned[1]["metadata"] == ["totalShares": "1,000"])
            #expect(answer["total_available"] == 3 && answer["total_earned"] == 3)
            // A definition made since the names were last read is found at once.
            try await rig.earn(try await rig.define("new"), by: player, at: rig.clock.now.adding(seconds: 5))
            let later = try await rig.get("/api/v1/users/me/badges", by: player)
            #expect(later["earned"]?.arrayValue?.first?.objectValue?["slug"] == "new")
            #expect(later["total_available"] == 4)
        }
    }

    @Test("The level table is that of the specification, row for row")
    func levels() async throws {
        try await ProgressRig.run { rig in
            let levels = try await rig.call(.get, "/api/v1/levels")["levels"]?.arrayValue?.compactMap(\.objectValue) ?? []
            #expect(levels.map { $0["level"]?.int64Value } == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 50])
            #expect(levels.map { $0["cumulative"]?.int64Value } == LevelTable.levels.map(\.cumulativeXP))
            #expect(levels.last?.map(\.name) == ["level", "title", "xp_required", "cumulative"])
            #expect(levels.last?["title"] == "Timechain Guardian" && levels.last?["xp_required"] == 1_000_000)
        }
    }
}
