import Foundation
import GameRules
import Mining
import Platform
import Postgres
import Redis
import Testing

@testable import Gamification

/// Farming gains nothing: experience of shares does not depend on how many they are, how easy, or how often they come.
@Suite("Farming")
struct FarmingTests {
    @Test("Many workers with the lowest difficulty get what one share gets")
    func easy() async throws {
        try await GameRig.run { rig async throws in
            let shares = (0..<400).map { PoolShare(worker: "rig\($0)", difficulty: 0.001, achieved: 0.001) }
            try await rig.ingest(shares)
            #expect(try await rig.booked(try await rig.owner()) == ["share 50", "badge 50"])
        }
    }

    @Test("Shares that come again, in any batch and any process, count once")
    func replayed() async throws {
        try await GameRig.run { rig async throws in
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
        try await GameRig.run { rig async throws in
            try await rig.ingest([PoolShare(achieved: 10)] + (0..<100).map { _ in PoolShare(achieved: 1e13, isAccepted: false) })
            #expect(try await rig.standing(try await rig.owner())[0] == 100)
            #expect(try await rig.texts("select best_difficulty::text from user_gamification") == ["10"])
        }
    }

    @Test("A pool's clock ten minutes ahead opens no other day; a share told in wrong numbers counts for nobody")
    func skewed() async throws {
        let evening = Instant(rfc3339: "2026-02-25T23:55:00Z") ?? .unixEpoch
        try await GameRig.run(at: evening) { rig async throws in
            let stream = "mining:share_submitted"
            let difficulties = ["2000", "2000", "0", "-5", "1e999", #""NaN""#]
            for (index, achieved) in difficulties.enumerated() {
                let ahead: Int64 = index == 1 ? 600 : 0
                try await rig.runtime.redis.xadd(
                    stream,
                    id: StreamID(milliseconds: UInt64(evening.millisecondsSinceUnixEpoch), sequence: UInt64(index)),
                    fields: [
                        ("event_id", .string(UUID().uuidString.lowercased())), ("event", "share_submitted"),
                        ("ts", .string("\(evening.secondsSinceUnixEpoch + ahead)")),
                        ("data", .string(#"{"user":"\#(GameRig.address)","worker":"r","diff":1000,"sdiff":\#(achieved),"accepted":true}"#)),
                    ]
                )
            }
            let dead = try await rig.pipeline().shares.store(try await rig.runtime.redis.xrange(stream), of: stream)
            #expect(dead.count == 4)
            #expect(try await rig.texts("select source_id from xp_ledger where source = 'share'") == ["2026-02-25"])
            #expect(try await rig.number("select total_shares from user_gamification") == 2)
        }
    }

    @Test("Two processes that get the same shares at once count them once")
    func twice() async throws {
        try await GameRig.run { rig async throws in
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
        try await GameRig.run { rig async throws in
            let shares = [PoolShare(achieved: 1_500_000)]
            let engine = rig.engine()
            await #expect(throws: Refusal.self) { () async throws in
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
