import FeatureRig
import API
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Gamification

/// Experience and its history (spec 05 §3, §9 nos. 5, 6, 9).
@Suite("Experience routes")
struct ProgressRouteTests {
    @Test(
        "A total shows its level and how far it has come",
        arguments: [
            (0, 1, 0, 100, 2), (99, 1, 99, 100, 2), (100, 2, 0, 500, 3), (150, 2, 50, 500, 3), (599, 2, 499, 500, 3), (600, 3, 0, 1_000, 4),
            (2_340, 4, 740, 2_500, 5), (29_599, 9, 9_999, 10_000, 10), (29_600, 10, 0, 50_000, 15), (79_599, 10, 49_999, 50_000, 15),
            (79_600, 15, 0, 100_000, 20), (4_929_599, 30, 3_999_999, 4_000_000, 50), (4_929_600, 50, 4_000_000, 4_000_000, 50),
            (10_000_000, 50, 4_000_000, 4_000_000, 50),
        ] as [(Int64, Int64, Int64, Int64, Int64)]
    )
    func levels(total: Int64, level: Int64, into: Int64, step: Int64, next: Int64) async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            try await rig.setState(of: player, xp: total)
            for (path, prefix) in [("xp", ""), ("gamification", "xp.")] {
                let answer = try await rig.get("/api/v1/users/me/\(path)", by: player)
                let numbers = ["total_xp", "level", "xp_into_level", "xp_for_level", "next_level"].map { answer[prefix + $0]?.int64Value }
                #expect(numbers == [total, level, into, step, next], "\(answer.text)")
                #expect(answer[prefix + "is_max_level"] == .bool(level == 50))
                #expect(answer[prefix + "xp_to_next"]?.int64Value == (level == 50 ? 0 : step - into))
            }
        }
    }

    @Test("Levels reached begin with the account and leave out what was skipped")
    func levelsReached() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            try await rig.setState(of: player, xp: 1_000)
            let at = rig.clock.now.adding(seconds: 60)
            try await rig.execute(
                """
                insert into level_celebrations (user_id, old_level, new_level, new_title, created_at)
                values (\(player.user), 1, 3, 'Hash Pupil', \(at))
                """
            )
            let reached = try await rig.get("/api/v1/users/me/xp", by: player)["levels_reached"]
            #expect(
                reached == [
                    ["level": 1, "reached_at": .string(rig.clock.now.rfc3339)], ["level": 3, "reached_at": .string(at.rfc3339)],
                ]
            )
        }
    }

    @Test("The history pages through equal instants without loss or repeat, and past its end is empty with the true total")
    func pages() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            let other = try await rig.player("bc1qother00000")
            for number in 0..<23 {
                // Three to an instant.
                let at = rig.clock.now.adding(seconds: Int64(number / 3))
                try await rig.book(Int32(number + 1), to: player, id: "\(number)", key: "k\(number)", at: at)
            }
            try await rig.book(-5, to: player, source: "adjustment", key: "a", at: rig.clock.now.adding(seconds: -1))
            try await rig.book(99, to: other, key: "o")
            var amounts: [Int64] = []
            for page in 1...6 {
                let answer = try await rig.get("/api/v1/users/me/xp/history?per_page=5&page=\(page)", by: player)
                #expect(answer["total"] == 24 && answer["page"]?.int64Value == Int64(page) && answer["per_page"] == 5)
                let entries = answer["entries"]?.arrayValue?.compactMap(\.objectValue) ?? []
                amounts += entries.compactMap { $0["amount"]?.int64Value }
                #expect(entries.count == [5, 5, 5, 5, 4, 0][page - 1])
            }
            #expect(amounts == (1...23).reversed() + [-5])
            let newest = try await rig.get("/api/v1/users/me/xp/history?per_page=1", by: player)["entries"]?.arrayValue?.first
            #expect(newest?.objectValue?.map(\.name) == ["amount", "source", "source_id", "description", "created_at"])
            let adjusted = try await rig.get("/api/v1/users/me/xp/history?source=adjustment", by: player)
            #expect(adjusted["total"] == 1)
            #expect(adjusted["entries"]?.arrayValue?.first?.objectValue?["source_id"] == .null)
            #expect(try await rig.get("/api/v1/users/me/xp/history?source=block", by: player)["total"] == 0)
        }
    }
}
