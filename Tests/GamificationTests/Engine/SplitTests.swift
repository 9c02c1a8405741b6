import Foundation
import GameRules
import Mining
import Postgres
import TestServers
import Testing

@testable import Gamification

/// However shares are split, mixed with rejected ones and delivered again, the end is what counting them one by one gives.
@Suite("Any split of shares")
struct SplitTests {
    /// One by one, as spec 05 §6.3 reads.
    private struct Naive {
        var shares: [String: Int64] = [:]
        var best: [String: Double] = [:]
        var keys: Set<String> = []
        var weeks: [String: Int64] = [:]

        mutating func add(_ share: PoolShare) {
            guard share.isAccepted else { return }
            let day = UTCDay(containing: share.time)
            let week = ISOWeek(containing: day)
            shares[share.user, default: 0] += 1
            weeks["\(share.user) \(week)", default: 0] += 1
            keys.insert("\(share.user) share \(day)")
            if share.achieved > best[share.user] ?? 0 {
                if best[share.user] != nil { keys.insert("\(share.user) personal_best \(week)") }
                best[share.user] = share.achieved
            }
            for (slug, threshold) in [("first_share", 1), ("shares_1k", 1000)] where shares[share.user] ?? 0 >= threshold {
                keys.insert("\(share.user) badge \(slug)")
            }
            for (slug, threshold) in [("diff_1e6", 1e6), ("diff_1e9", 1e9), ("diff_1e12", 1e12)] where best[share.user] ?? 0 >= threshold {
                keys.insert("\(share.user) badge \(slug)")
            }
        }
    }

    @Test("Random shares, batches and replays", arguments: [1, 2, 3] as [UInt64])
    func splits(seed: UInt64) async throws {
        try await GameRig.run { rig async throws in
            var chance = SeededGenerator(seed: seed)
            let users = ["bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"]
            let start = rig.now.adding(seconds: -7 * 86_400)
            let shares = (0..<600).map { index in
                PoolShare(
                    time: start.adding(seconds: Int64(index) * 1000),
                    user: users[Int.random(in: 0..<2, using: &chance)],
                    worker: "rig\(Int.random(in: 0..<3, using: &chance))",
                    achieved: Double(10).squareRoot() * Double(1 << Int.random(in: 0..<31, using: &chance)),
                    isAccepted: Int.random(in: 0..<5, using: &chance) > 0
                )
            }
            var naive = Naive()
            shares.forEach { naive.add($0) }

            var pipeline = rig.pipeline()
            var next = 0
            while next < shares.count {
                let end = min(shares.count, next + Int.random(in: 1...120, using: &chance))
                let again = next > 0 ? Int.random(in: 0..<next, using: &chance)..<next : 0..<0
                try await rig.ingest(
                    Array(shares[next..<end]) + (Bool.random(using: &chance) ? Array(shares[again]) : []),
                    through: pipeline
                )
                // Another process goes on.
                if Int.random(in: 0..<3, using: &chance) == 0 { pipeline = rig.pipeline() }
                next = end
            }

            #expect(
                try await Set(
                    rig.texts(
                        "select u.btc_address || ' ' || l.source || ' ' || l.source_id from xp_ledger l join users u on u.id = l.user_id"
                    )
                ) == naive.keys
            )
            for (user, count) in naive.shares {
                let id = try await rig.owner(user)
                #expect(try await rig.number("select total_shares from user_gamification where user_id = \(id)") == count)
                let sum = try await rig.number("select sum(amount)::bigint from xp_ledger where user_id = \(id)")
                let standing = try await rig.standing(id)
                #expect(standing[0] == sum && standing[1] == Int64(LevelTable.level(forTotalXP: sum).number))
            }
            #expect(
                try await Set(
                    rig.texts(
                        "select u.btc_address || ' ' || week_iso || ' ' || share_count from streak_calendar c join users u on u.id = c.user_id"
                    )
                ) == Set(naive.weeks.map { "\($0.key) \($0.value)" })
            )
        }
    }
}
