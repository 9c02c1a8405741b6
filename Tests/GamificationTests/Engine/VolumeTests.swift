import Foundation
import GameRules
import Mining
import Platform
import Postgres
import Testing

@testable import Gamification

/// Spec 05 §14 no. 18, without its time: the benchmark `gamification` measures that.
@Suite("Many shares")
struct VolumeTests {
    @Test("A hundred thousand shares of a thousand users are counted to the last one", .timeLimit(.minutes(10)))
    func hundredThousand() async throws {
        try await GameRig.run { rig async throws in
            let addresses = Season(miners: 1_000, seed: 18).addresses
            var chance = SeededRandom(seed: 18)
            var counts: [String: Int64] = [:]
            let pipeline = rig.pipeline()
            for _ in 0..<50 {
                let shares = (0..<2_000).map { _ in
                    PoolShare(
                        user: addresses.randomElement(using: &chance) ?? GameRig.address,
                        worker: "rig\(Int.random(in: 0..<4, using: &chance))",
                        achieved: Double.random(in: 1...900_000, using: &chance)
                    )
                }
                for share in shares { counts[share.user, default: 0] += 1 }
                #expect(try await rig.ingest(shares, through: pipeline) == 2_000)
            }
            #expect(counts.values.reduce(0, +) == 100_000)
            for (table, column) in [
                ("user_gamification", "total_shares"), ("streak_calendar", "share_count"), ("weekly_best_diff", "total_shares"),
            ] {
                let rows = try await rig.database.query(
                    "select u.btc_address, t.\(identifier: column) from \(identifier: table) t join users u on u.id = t.user_id",
                    access: .write
                ).decode((String, Int64).self)
                #expect(rows.count == counts.count && rows.allSatisfy { counts[$0.0] == $0.1 }, "\(table)")
            }
            #expect(try await rig.number("select count(*) from xp_ledger where source = 'share'") == Int64(counts.count))
            #expect(try await rig.number("select count(*) from user_badges") >= Int64(counts.count))
        }
    }
}
