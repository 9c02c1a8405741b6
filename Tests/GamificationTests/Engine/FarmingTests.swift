import Foundation
import GameRules
import Mining
import Postgres
import Testing

@testable import Gamification

/// Farming gains nothing: experience of shares does not depend on how many they are, how easy, or how often they come.
@Suite("Farming")
struct FarmingTests {
    @Test("Many workers with the lowest difficulty get what one share gets")
    func easy() async throws {
        try await GameRig.run { rig in
            let shares = (0..<400).map { PoolShare(worker: "rig\($0)", difficulty: 0.001, achieved: 0.001) }
            try await rig.ingest(shares)
            #expect(try await rig.booked(try await rig.owner()) == ["share 50", "badge 50"])
        }
    }

    @Test("Shares that come again, in any batch and any process, count once")
    func replayed() async throws {
        try await GameRig.run { rig in
            let shares = (1...50).map { PoolShare(achieved: Double($0)) }
            for _ in 0..<3 { try await rig.ingest(shares + shares) }
            try await rig.ingest(shares.reversed())
            let user = try await rig.owner()
            #expect(try await rig.number("select total_shares from user_gamification") == 50)
            #expect(try await rig.number("select share_count from streak_calendar") == 50)
            #expect(try await rig.number("select total_shares from weekly_best_diff") == 50)
            #expect(try await rig.standing(user)[0] == 150, "one day, one badge, one best a week")
        }
    }

    @Test("Rejected shares pay nothing beside accepted ones")
    func rejected() async throws {
        try await GameRig.run { rig in
            try await rig.ingest([PoolShare(achieved: 10)] + (0..<100).map { _ in PoolShare(achieved: 1e13, isAccepted: false) })
            #expect(try await rig.standing(try await rig.owner())[0] == 100)
            #expect(try await rig.texts("select best_difficulty::text from user_gamification") == ["10"])
        }
    }

    @Test("Two processes that get the same shares at once count them once")
    func twice() async throws {
        try await GameRig.run { rig in
            let shares = (0..<200).map { PoolShare(achieved: 10 + Double($0)) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await rig.ingest(shares) } }
                try await group.waitForAll()
            }
            #expect(try await rig.number("select total_shares from user_gamification") == 200)
            #expect(try await rig.standing(try await rig.owner())[0] == 150)
        }
    }

    @Test("A batch that fails before its commit leaves nothing, and counts once when it comes again")
    func killed() async throws {
        struct Refusal: Error {}
        struct Refusing: BatchObserver {
            func batchStored(_ change: BatchChange, in transaction: PostgresTransaction) async throws { throw Refusal() }
        }
        try await GameRig.run { rig in
            let shares = [PoolShare(achieved: 1_500_000)]
            let engine = rig.engine()
            await #expect(throws: Refusal.self) {
                try await rig.ingest(shares, through: MiningPipeline(runtime: rig.runtime, observers: [engine, Refusing()]))
            }
            for table: SQL in [
                "select count(*) from user_gamification", "select count(*) from xp_ledger", "select count(*) from user_badges",
            ] {
                #expect(try await rig.number(table) == 0)
            }
            #expect(try await rig.ingest(shares, through: rig.pipeline(engine)) == 1)
            #expect(try await rig.standing(try await rig.owner()) == [150, 2, 2])
        }
    }
}
