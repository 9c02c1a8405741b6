import FeatureRig
import API
import GameRules
import Platform
import Postgres
import Testing

@testable import Dashboard

/// The newest badges (spec 04 §6).
@Suite("Recent badges")
struct RecentBadgeTests {
    private func define(_ rig: DashboardRig, _ count: Int) async throws {
        try await rig.execute(
            """
            insert into badge_definitions (slug, name, description, category, rarity, xp_reward, trigger_type, sort_order, created_at)
            select 'badge-' || n, 'Badge ' || n, 'Earned ' || n, 'mining', 'rare', 50, 'event', n, \(rig.clock.now)
            from generate_series(1, \(count)) n
            """
        )
    }

    private func earn(_ rig: DashboardRig, _ number: Int, _ miner: RigMiner, at seconds: Int64) async throws {
        try await rig.execute(
            """
            insert into user_badges (user_id, badge_id, earned_at)
            select \(miner.user), id, \(rig.clock.now.adding(seconds: seconds)) from badge_definitions where slug = \("badge-\(number)")
            """
        )
    }

    @Test("The newest come first, of one instant the one earned last; the caller's only")
    func order() async throws {
        try await DashboardRig.run { rig in
            let miner = try await rig.miner()
            let other = try await rig.miner(DashboardRig.otherAddress)
            #expect(try await rig.get("recent-badges", by: miner).text == "[]")
            try await define(rig, 8)
            for (number, seconds) in [(1, -50), (2, -10), (3, -10), (4, -90), (5, -20), (6, -5)] as [(Int, Int64)] {
                try await earn(rig, number, miner, at: seconds)
            }
            try await earn(rig, 7, other, at: 0)
            let answer = try await rig.get("recent-badges", by: miner)
            #expect(
                answer.json.arrayValue?.compactMap { $0["slug"]?.stringValue } == ["badge-6", "badge-3", "badge-2", "badge-5", "badge-1"]
            )
            #expect(
                answer.json[0]
                    == .object([
                        "slug": "badge-6", "name": "Badge 6", "description": "Earned 6", "rarity": "rare",
                        "earned_at": "2026-02-24T11:59:55.000Z",
                    ])
            )
            #expect(try await rig.get("recent-badges?limit=20", by: miner).json.arrayValue?.count == 6)
            #expect(try await rig.get("recent-badges?limit=1", by: miner).json.arrayValue?.count == 1)
            #expect(try await rig.get("recent-badges").status == 401)
        }
    }

    @Test("A limit outside 1 to 20 is refused by its name")
    func limits() async throws {
        try await DashboardRig.run { rig in
            let miner = try await rig.miner()
            for (text, fault) in [("0", "out_of_range"), ("21", "out_of_range"), ("x", "type"), ("1.5", "type")] {
                let answer = try await rig.get("recent-badges?limit=\(text)", by: miner)
                #expect(answer.status == 422)
                #expect(answer.faults == ["limit:\(fault)"], "\(text)")
            }
        }
    }
}
