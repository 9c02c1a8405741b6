import FeatureRig
import API
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Gamification

/// Celebrations until they have been seen (spec 05 §9 E1–E4).
@Suite("Celebration routes")
struct CelebrationRouteTests {
    private static let kinds = ["level-ups", "streak-milestones"]

    private func pending(_ rig: ProgressRig, _ kind: String, _ player: Player) async throws -> [JSONObject] {
        let answer = try await rig.get("/api/v1/users/me/\(kind)/pending", by: player)
        return answer["celebrations"]?.arrayValue?.compactMap(\.objectValue) ?? []
    }

    /// One celebration of each kind.
    private func celebrate(_ rig: ProgressRig, _ player: Player, _ number: Int32, at time: Instant) async throws {
        try await rig.execute(
            """
            insert into level_celebrations (user_id, old_level, new_level, new_title, created_at)
            values (\(player.user), \(number), \(number + 1), 'Title', \(time))
            """
        )
        try await rig.execute(
            """
            insert into streak_celebrations (user_id, streak_weeks, milestone, created_at)
            values (\(player.user), \(number), 'Label', \(time))
            """
        )
    }

    @Test("Pending until acknowledged; once more is as good as once; nobody else can, and cannot tell why")
    func acknowledged() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            let other = try await rig.player("bc1qother00000")
            try await celebrate(rig, player, 1, at: rig.clock.now)
            let names = [
                ["celebration_id", "old_level", "new_level", "new_title", "created_at"],
                ["celebration_id", "streak_weeks", "milestone", "created_at"],
            ]
            for (kind, names) in zip(Self.kinds, names) {
                let first = try #require(try await pending(rig, kind, player).first)
                #expect(first.map(\.name) == names)
                #expect(try await pending(rig, kind, other).isEmpty)
                let id = try #require(first["celebration_id"]?.int64Value)
                func path(_ id: some CustomStringConvertible) -> String { "/api/v1/users/me/\(kind)/\(id)/ack" }
                let foreign = try await rig.call(.post, path(id), token: other.token)
                let unknown = try await rig.call(.post, path(id + 1_000), token: player.token)
                #expect(foreign.status == 404 && foreign.code == "celebration_not_found")
                #expect(unknown.status == 404 && foreign["detail"] == unknown["detail"])
                #expect(try await rig.call(.post, path(-3), token: player.token).status == 404)
                #expect(try await pending(rig, kind, player).count == 1)
                for text in ["x", "1.5", "99999999999999999999", "%20"] {
                    let answer = try await rig.call(.post, path(text), token: player.token)
                    #expect(answer.status == 422 && answer.faults.first?.hasPrefix("celebration_id:") == true, "\(text): \(answer.text)")
                }
                let reading = try await rig.key(of: player, scopes: ["read"])
                #expect(try await rig.call(.post, path(id), key: reading).code == "insufficient_scope")
                #expect(try await rig.call(.post, path(id)).status == 401)
                let at = rig.clock.now
                for _ in 0..<2 {
                    let answer = try await rig.call(.post, path(id), token: player.token)
                    #expect(answer.status == 200 && answer.text == "{}")
                    rig.clock.advance(milliseconds: 5_000)
                }
                #expect(try await pending(rig, kind, player).isEmpty)
                let table = kind == "level-ups" ? "level_celebrations" : "streak_celebrations"
                let stored = try await rig.runtime.database.query("select celebrated_at from \(identifier: table)").value(Instant.self)
                #expect(stored == at)
            }
        }
    }

    @Test("Oldest first, twenty at most")
    func order() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            for number in (1...25).reversed() {
                try await celebrate(rig, player, Int32(number), at: rig.clock.now.adding(seconds: Int64(number)))
            }
            #expect(try await pending(rig, "level-ups", player).compactMap { $0["old_level"]?.int64Value } == Array(1...20))
            #expect(try await pending(rig, "streak-milestones", player).compactMap { $0["streak_weeks"]?.int64Value } == Array(1...20))
        }
    }
}
