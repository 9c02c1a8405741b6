import Foundation
import GameRules
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

/// Blocks found and blocks of the network (spec 03a §7.6, §7.7, §12, §13.13, §13.14).
@Suite("Blocks", .serialized)
struct BlockTests {
    private struct Chain: Sendable {
        let rig: IngestRig
        let pipeline: MiningPipeline
        let start: Instant

        func found(_ height: Int64, hash: String = "", user: String = SliceRig.address, reward: Int64 = 0, second: Int64 = 0) async throws {
            let event = try rig.event(
                .blockFound,
                at: start.adding(seconds: second),
                #"{"user":"\#(user)","worker":"rig1","height":\#(height),"hash":"\#(hash)","diff":0,"network_diff":0,"reward_sats":\#(reward)}"#
            )
            try await pipeline.control[.blockFound]?.apply([event], now: rig.runtime.clock.now())
        }

        func network(_ height: Int64, _ hash: String, second: Int64 = 5, difficulty: Double = 1e14) async throws {
            let event = try rig.event(
                .networkBlock,
                at: start.adding(seconds: second),
                #"{"height":\#(height),"hash":"\#(hash)","diff":\#(difficulty)}"#
            )
            try await pipeline.control[.networkBlock]?.apply([event], now: rig.runtime.clock.now())
        }

        /// `hash status confirmations owner` of every block, by height and time.
        var blocks: [String] {
            get async throws {
                try await rig.runtime.database.query(
                    "select left(block_hash, 8) || ' ' || status || ' ' || confirmations || ' ' || coalesce(user_id::text, '-') from blocks order by block_height, found_at, id"
                ).map { try String(postgres: $0[0]) }
            }
        }

        var blocksFound: Int64 {
            get async throws { try await rig.number("select coalesce(sum(blocks_found), 0)::bigint from user_share_totals") }
        }
    }

    private func chain(network: String = "mainnet", _ body: @escaping @Sendable (Chain) async throws -> Void) async throws {
        try await IngestRig.run(network: network) { rig in
            try await rig.runtime.database.execute(
                "insert into users (btc_address, created_at, updated_at) values (\(SliceRig.address), now(), now())"
            )
            try await body(Chain(rig: rig, pipeline: rig.pipeline(), start: Clock.system.now().adding(seconds: -5000)))
        }
    }

    private func hash(_ letter: Character) -> String { String(repeating: letter, count: 64) }

    @Test("A block without hash is completed by the network, confirmed at six, and orphaned when another takes its height")
    func wholeLife() async throws {
        try await chain { chain in
            try await chain.found(800_001)
            #expect(try await chain.blocks == ["pending: pending 0 1"])
            #expect(try await chain.blocksFound == 1)
            try await chain.network(800_001, hash("a"))
            #expect(try await chain.blocks == ["aaaaaaaa pending 1 1"])
            for height in 800_002...800_005 { try await chain.network(Int64(height), hash("b"), second: Int64(height - 800_000) * 600) }
            #expect(try await chain.blocks == ["aaaaaaaa pending 5 1"])
            try await chain.network(800_006, hash("c"), second: 3600)
            #expect(try await chain.blocks == ["aaaaaaaa confirmed 6 1"])
            #expect(try await chain.rig.number("select count(*) from blocks where confirmed") == 1)

            // A reorganisation takes the height away, and gives it back.
            try await chain.network(800_001, hash("d"), second: 3700)
            try await chain.network(800_004, hash("e"), second: 3701)
            #expect(try await chain.blocks == ["aaaaaaaa orphaned 0 1"])
            #expect(try await chain.blocksFound == 0)
            try await chain.network(800_001, hash("a"), second: 3800)
            try await chain.network(800_004, hash("f"), second: 3801)
            #expect(try await chain.blocks == ["aaaaaaaa pending 4 1"])
            #expect(try await chain.blocksFound == 1)
            #expect(try await chain.rig.number("select count(*) from block_celebrations") == 1)
        }
    }

    @Test("The network's word may come first, and the same block twice is one")
    func networkFirst() async throws {
        try await chain { chain in
            try await chain.network(800_001, hash("a"), second: 2)
            try await chain.found(800_001)
            try await chain.found(800_001)
            try await chain.found(800_001, hash: hash("a"), reward: 312_500_001, second: 1)
            #expect(try await chain.blocks == ["aaaaaaaa pending 1 1"])
            #expect(try await chain.rig.text("select reward_btc::text from blocks") == "3.12500001")
            #expect(try await chain.rig.number("select count(*) from blocks where reward_is_estimate") == 0)
            #expect(try await chain.rig.number("select count(*) from block_celebrations") == 1)
            #expect(try await chain.blocksFound == 1)
        }
    }

    @Test("Two finders at one height are two blocks; the network's hash goes to the first, the other is orphaned")
    func twoFinders() async throws {
        try await chain { chain in
            let other = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
            try await chain.rig.runtime.database.execute(
                "insert into users (btc_address, created_at, updated_at) values (\(other), now(), now())"
            )
            try await chain.found(800_001, user: other, second: 1)
            try await chain.found(800_001, second: 0)
            try await chain.network(800_001, hash("a"))
            try await chain.network(800_004, hash("b"), second: 1800)
            #expect(try await chain.blocks == ["aaaaaaaa pending 4 1", "pending: orphaned 0 2"])
            #expect(try await chain.blocksFound == 1)
        }
    }

    @Test("A block of nobody gets its owner from a report within ten minutes, and the other way round; later it adds none")
    func unattributed() async throws {
        try await chain { chain in
            try await chain.found(800_001, user: "pool")
            #expect(try await chain.blocks == ["pending: pending 0 -"])
            try await chain.found(800_001, second: 300)
            #expect(try await chain.blocks == ["pending: pending 0 1"])
            #expect(try await chain.blocksFound == 1)
            try await chain.found(800_001, user: "", second: 310)
            #expect(try await chain.blocks.count == 1)
            // Of nobody again, and long after: without a hash it is the block that was of nobody from the start.
            try await chain.found(800_001, user: "unknown", second: 1200)
            #expect(try await chain.blocks.count == 1)
        }
    }

    @Test("An unknown owner makes no user; the block is kept")
    func unknownOwner() async throws {
        try await chain { chain in
            try await chain.found(800_001, user: "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")
            #expect(try await chain.blocks == ["pending: pending 0 -"])
            #expect(try await chain.rig.number("select count(*) from users") == 1)
        }
    }

    @Test(
        "Without a reward the subsidy of the height is taken and called an estimate",
        arguments: [
            ("mainnet", Int64(879_412), "3.12500000"), ("mainnet", 840_000, "3.12500000"), ("mainnet", 839_999, "6.25000000"),
            ("regtest", 150, "25.00000000"),
        ]
    )
    func subsidy(network: String, height: Int64, reward: String) async throws {
        try await chain(network: network) { chain in
            try await chain.found(height, user: "pool")
            #expect(try await chain.rig.text("select reward_btc::text from blocks where reward_is_estimate") == reward)
        }
    }

    @Test("Network blocks in any order give the same table, epochs and live values")
    func anyOrder() async throws {
        try await chain { chain in
            let blocks: [(Int64, Character, Int64, Double)] = [
                (100, "a", 0, 5), (101, "b", 600, 5), (102, "c", 1200, 7), (103, "d", 1800, 7), (102, "e", 1300, 7),
            ]
            for (height, letter, second, difficulty) in blocks.shuffled() {
                try await chain.network(height, hash(letter), second: second, difficulty: difficulty)
            }
            let rows = try await chain.rig.runtime.database.query(
                "select block_height || left(block_hash, 1) || is_epoch_start::text from network_difficulty order by block_height"
            )
            #expect(try rows.map { try String(postgres: $0[0]) } == ["100atrue", "101bfalse", "102etrue", "103dfalse"])
            let live = try await chain.rig.runtime.redis.send(RedisCommand("MGET", "network:height", "network:difficulty"))
            #expect(live.array?.compactMap(\.string).compactMap(Double.init) == [103, 7])
        }
    }

    @Test("Observers are told of a block and of what becomes of it, once")
    func observed() async throws {
        final class Watcher: BatchObserver {
            let (seen, continuation) = AsyncStream.makeStream(of: BlockChange.Kind.self)
            func batchStored(_ change: BatchChange, in transaction: PostgresTransaction) async throws {
                for block in change.blocks { continuation.yield(block.kind) }
            }
        }
        try await chain { chain in
            let watcher = Watcher()
            let chain = Chain(rig: chain.rig, pipeline: chain.rig.pipeline(observers: [watcher]), start: chain.start)
            try await chain.found(100)
            try await chain.found(100)
            try await chain.network(100, hash("a"))
            try await chain.network(105, hash("b"), second: 3000)
            try await chain.network(100, hash("c"), second: 3100)
            try await chain.network(105, hash("d"), second: 3101)
            watcher.continuation.finish()
            var kinds: [BlockChange.Kind] = []
            for await kind in watcher.seen { kinds.append(kind) }
            #expect(kinds == [.found, .completed, .confirmed, .orphaned])
        }
    }
}
