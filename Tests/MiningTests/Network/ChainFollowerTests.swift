import FeatureRig
import API
import Foundation
import GameRules
import Logging
import Platform
import Postgres
import Redis
import Scheduler
import Testing

@testable import Mining

/// The task that follows the chain, against real servers.
@Suite("Chain follower")
struct ChainFollowerTests {
    private static let password = "correct-horse"

    /// A rig whose node is a stand-in, and the task of the worker.
    private func run(_ body: @Sendable (MiningRig, ChainServer, @Sendable () async throws -> Void) async throws -> Void) async throws {
        try await ChainServer.run { server in
            try await MiningRig.run(["BITCOIN_RPC_URL": "http://miner:\(Self.password)@127.0.0.1:\(server.port)"]) { rig in
                let tasks = NetworkJobs.tasks(rig.runtime)
                let task = try #require(tasks.first)
                #expect(tasks.count == 1 && task.name == "network_tip")
                try await body(rig, server) {
                    let now = rig.clock.now
                    try await task.body(task.schedule.newestKey(atSeconds: now.secondsSinceUnixEpoch), now.millisecondsSinceUnixEpoch)
                }
            }
        }
    }

    /// `height/branch` of what is stored, highest first.
    private func stored(_ rig: MiningRig) async throws -> [String] {
        try await rig.runtime.database.query(
            "select block_height || '/' || substr(block_hash, 21, 1) from network_difficulty order by block_height desc"
        ).map { try String(postgres: $0[0]) }
    }

    private func seconds(_ rig: MiningRig) -> Int64 { rig.clock.now.secondsSinceUnixEpoch }

    private func foundBlock(_ rig: MiningRig, _ miner: RigMiner, _ height: Int64, hash: String = "", at time: Instant) throws -> MiningEvent
    {
        try rig.event(
            .blockFound,
            at: time,
            #"{"user":"\#(miner.address)","worker":"rig1","height":\#(height),"hash":"\#(hash)","diff":0,"network_diff":0,"reward_sats":0}"#
        )
    }

    @Test("A fresh service learns of the tip and the dozen blocks below it; a second look changes nothing")
    func fresh() async throws {
        try await run { rig, server, look in
            server.mine(800_000...800_050, until: seconds(rig) - 60, difficulty: 2e14)
            try await look()
            #expect(try await stored(rig) == (0..<12).map { "\(800_050 - $0)/a" })
            let miner = try await rig.miner()
            let answer = try await rig.get("/api/v1/mining/network/difficulty", by: miner)
            #expect(answer["current_height"] == 800_050 && answer["current_difficulty"]?.doubleValue == 2e14)
            // Seen within ten minutes: dated by when it was seen. An older one has its own time.
            #expect(answer["updated_at"]?.stringValue == rig.clock.now.rfc3339)
            let blocks = try await rig.get("/api/v1/mining/network/blocks", by: miner)
            #expect(blocks.json["blocks"]?[2]?["timestamp"]?.stringValue == rig.clock.now.adding(seconds: -1260).rfc3339)
            let calls = server.calls.count
            rig.clock.advance(milliseconds: 30_000)
            try await look()
            // Info and tip alone.
            #expect(server.calls.count == calls + 2)
            #expect(try await rig.get("/api/v1/mining/network/difficulty", by: miner).bytes == answer.bytes)
        }
    }

    @Test("Blocks missed during an outage are caught up with, each dated by its own time, and the tip is the tip in Redis too")
    func outage() async throws {
        try await run { rig, server, look in
            server.mine(799_980...800_002, until: seconds(rig))
            try await look()
            rig.clock.advance(milliseconds: 5 * 3_600_000)
            server.mine(799_980...800_008, until: seconds(rig) - 1200)
            try await look()
            #expect(try await stored(rig) == (799_991...800_008).reversed().map { "\($0)/a" })
            let times = try await rig.runtime.database.query(
                "select time from network_difficulty where block_height in (800004, 800008) order by block_height"
            ).map { try Instant(postgres: $0[0]) }
            #expect(times == [-3600, -1200].map { rig.clock.now.adding(seconds: $0) })
            let live = try await rig.runtime.redis.send(RedisCommand("MGET", "network:height", "network:block_hash"))
            #expect(live.array?.map(\.string) == ["800008", ChainServer.hash(800_008)])
        }
    }

    @Test("A reorganisation replaces every height it touched, also when the pool had announced the stale ones")
    func reorganisation() async throws {
        try await run { rig, server, look in
            for height in 800_000...800_004 as ClosedRange<Int64> {
                let payload = #"{"height":\#(height),"hash":"\#(ChainServer.hash(height))","diff":1e14}"#
                try await rig.apply([try rig.event(.networkBlock, at: rig.clock.now.adding(seconds: height - 800_010), payload)])
            }
            server.mine(799_990...800_005, until: seconds(rig), branch: "b", forkAt: 800_003)
            try await look()
            #expect(try await stored(rig) == ["800005/b", "800004/b", "800003/b", "800002/a", "800001/a", "800000/a"])
            // One block fewer, of another branch: the tip goes back.
            rig.clock.advance(milliseconds: 30_000)
            server.mine(799_990...800_004, until: seconds(rig), branch: "c", forkAt: 800_004)
            try await look()
            let miner = try await rig.miner()
            #expect(try await rig.get("/api/v1/mining/network/difficulty", by: miner)["current_height"] == 800_004)
        }
    }

    @Test("Blocks of ours gain hash and confirmations from the node alone, and lose their place by it")
    func ours() async throws {
        try await run { rig, server, look in
            let miner = try await rig.miner()
            try await rig.apply([try rig.share(of: miner), try foundBlock(rig, miner, 800_001, at: rig.clock.now)])
            server.mine(799_990...800_001, until: seconds(rig) + 5)
            try await look()
            let standing: SQL = "select substr(block_hash, 21, 1) || ' ' || status || ' ' || confirmations from blocks"
            func block() async throws -> String {
                try await rig.runtime.database.query(standing).map { try String(postgres: $0[0]) }.joined()
            }
            #expect(try await block() == "a pending 1")
            rig.clock.advance(milliseconds: 3_600_000)
            server.mine(799_990...800_006, until: seconds(rig))
            try await look()
            #expect(try await block() == "a confirmed 6")
            // Another branch took the height; the walk is too short to reach it, the look at found blocks is not.
            rig.clock.advance(milliseconds: 8 * 3_600_000)
            server.mine(799_990...800_040, until: seconds(rig), branch: "b", forkAt: 800_000)
            try await look()
            #expect(try await block() == "a orphaned 0")
            #expect(try await stored(rig).contains("800001/b"))
            #expect(try await LiveNetwork(redis: rig.runtime.redis).tip()?.height == 800_040)
        }
    }

    @Test("A block of ours that lost its place is nobody's luck and no cause to celebrate, until its branch is the best again")
    func lostAndFound() async throws {
        try await run { rig, server, look in
            let miner = try await rig.miner()
            let hash = ChainServer.hash(800_001)
            try await rig.apply([try rig.share(of: miner), try foundBlock(rig, miner, 800_001, hash: hash, at: rig.clock.now)])
            let mining = "/api/v1/mining"
            /// Status of the block, blocks listed, celebrations, blocks counted.
            func standing() async throws -> [JSONValue?] {
                let list = try await rig.get(mining + "/blocks", by: miner)["data"]?.arrayValue ?? []
                let celebrations = try await rig.get(mining + "/celebrations/pending", by: miner)["celebrations"]?.arrayValue ?? []
                let block = try await rig.get(mining + "/blocks/800001", by: miner)
                return [
                    block["block.status"], block["block.confirmations"], .integer(Int64(list.count)),
                    .integer(Int64(celebrations.count)), try await rig.get(mining + "/luck", by: miner)["blocks_found"],
                ]
            }
            server.mine(799_990...800_001, until: seconds(rig) + 5)
            try await look()
            #expect(try await standing() == ["pending", 1, 1, 1, 1])
            rig.clock.advance(milliseconds: 1_800_000)
            server.mine(799_990...800_003, until: seconds(rig), branch: "b", forkAt: 800_001)
            try await look()
            #expect(try await standing() == ["pending", 3, 1, 1, 1])
            rig.clock.advance(milliseconds: 600_000)
            server.mine(799_990...800_004, until: seconds(rig), branch: "b", forkAt: 800_001)
            try await look()
            #expect(try await standing() == ["orphaned", 0, 0, 0, 0])
            let orphans = try await rig.get(mining + "/blocks?include_orphaned=true", by: miner)["data"]?.arrayValue ?? []
            #expect(orphans.map { $0["block_hash"]?.stringValue } == [hash] && orphans.first?["confirmed"] == false)
            rig.clock.advance(milliseconds: 600_000)
            server.mine(799_990...800_006, until: seconds(rig))
            try await look()
            #expect(try await standing() == ["confirmed", 6, 1, 1, 1])
        }
    }

    @Test("A source that lies or takes too long over all its answers tells nothing, and the next is asked")
    func unreliable() async throws {
        try await run { rig, server, _ in
            let sources = NetworkJobs.sources(rig.runtime.settings)
            let applier = try #require(rig.pipeline.control[.networkBlock])
            func follower(_ more: [any ChainSource] = [], patience: Duration = .seconds(20)) -> ChainFollower {
                ChainFollower(
                    sources: sources + more,
                    applier: applier,
                    database: rig.runtime.database,
                    logger: rig.runtime.logger,
                    patience: patience
                )
            }
            server.mine(799_980...800_002, until: seconds(rig))
            for lie in ChainServer.Lie.allCases {
                server.set { $0.lie = lie }
                await #expect(throws: ChainTrouble.unreadable, "\(lie)") { try await follower().run(now: rig.clock.now) }
            }
            server.set { ($0.lie, $0.delay) = (nil, .milliseconds(100)) }
            await #expect(throws: ChainTrouble.unreachable) { try await follower(patience: .milliseconds(400)).run(now: rig.clock.now) }
            #expect(try await stored(rig) == [])
            try await ChainServer.run { other in
                other.mine(800_001...800_002, until: seconds(rig))
                server.set { $0.lie = .height }
                // It knows two blocks and is asked for a third.
                await #expect(throws: ChainTrouble.unknownBlock) {
                    try await follower([EsploraSource(url: other.url)]).run(now: rig.clock.now)
                }
                other.mine(799_980...800_002, until: seconds(rig))
                try await follower([EsploraSource(url: other.url)]).run(now: rig.clock.now)
            }
            #expect(try await stored(rig).count == ChainFollower.longestWalk)
        }
    }

    @Test("While the node is away nothing changes and the task fails by code; a second source steps in")
    func away() async throws {
        try await run { rig, server, look in
            server.mine(799_980...800_002, until: seconds(rig))
            try await look()
            server.set { $0.fault = .status(500) }
            do {
                try await look()
                Issue.record("the task did not fail")
            } catch let error as ChainTrouble { #expect(error.failureCode == "chain_refused_500") }
            let miner = try await rig.miner()
            #expect(try await rig.get("/api/v1/mining/network/difficulty", by: miner)["current_height"] == 800_002)

            let applier = try #require(rig.pipeline.control[.networkBlock])
            try await ChainServer.run { other in
                other.mine(799_980...800_003, until: seconds(rig))
                let follower = ChainFollower(
                    sources: NetworkJobs.sources(rig.runtime.settings) + [EsploraSource(url: other.url)],
                    applier: applier,
                    database: rig.runtime.database,
                    logger: rig.runtime.logger
                )
                try await follower.run(now: rig.clock.now)
            }
            #expect(try await rig.get("/api/v1/mining/network/difficulty", by: miner)["current_height"] == 800_003)
        }
    }

    @Test("Without a node and a service there is no task")
    func absent() async throws {
        try await MiningRig.run { rig in #expect(NetworkJobs.tasks(rig.runtime).isEmpty) }
    }

    @Test("No line of the log names credentials or where the node is")
    func secrets() async throws {
        try await run { rig, server, _ in
            let lines = LoggedLines()
            let follower = ChainFollower(
                sources: NetworkJobs.sources(rig.runtime.settings),
                applier: try #require(rig.pipeline.control[.networkBlock]),
                database: rig.runtime.database,
                logger: Logger(label: "chain") { _ in lines }
            )
            for fault in [.status(401), .huge, .hangsUp, .text("{")] as [ChainServer.Fault] {
                server.set { $0.fault = fault }
                await #expect(throws: ChainTrouble.self) { try await follower.run(now: rig.clock.now) }
            }
            let text = lines.text
            #expect(text.contains("chain_refused_401"))
            for secret in [Self.password, Data("miner:\(Self.password)".utf8).base64EncodedString(), "127.0.0.1", "miner:"] {
                #expect(!text.contains(secret))
            }
        }
    }
}
