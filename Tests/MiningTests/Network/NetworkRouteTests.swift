import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Redis
import Testing

@testable import Mining

/// What is known of the network (spec 03 routes 16, 17).
@Suite("Network routes")
struct NetworkRouteTests {
    private static let difficulty = "/api/v1/mining/network/difficulty"
    private static let blocks = "/api/v1/mining/network/blocks"

    private func announce(
        _ rig: MiningRig,
        _ height: Int64,
        difficulty: Double = 100,
        branch: Character = "a",
        second: Int64 = 0
    ) async throws {
        let payload = #"{"height":\#(height),"hash":"\#(ChainServer.hash(height, branch))","diff":\#(difficulty)}"#
        try await rig.apply([try rig.event(.networkBlock, at: rig.clock.now.adding(seconds: second), payload)])
    }

    @Test("An empty database has an assumed difficulty, never 0; configuration and network choose it")
    func empty() async throws {
        for (variables, expected) in [([:], 1e14), (["NETWORK_DIFFICULTY_FALLBACK": "5e13"], 5e13)] as [([String: String], Double)] {
            try await MiningRig.run(variables) { rig in
                let miner = try await rig.miner()
                let answer = try await rig.get(Self.difficulty, by: miner)
                #expect(answer.status == 200 && answer["current_difficulty"]?.doubleValue == expected)
                #expect(answer["current_height"] == 0 && answer["history"] == [] && !answer.isStale)
                #expect(answer["updated_at"] == .null && answer["blocks_until_retarget"] == .null)
                #expect(try await rig.get(Self.blocks, by: miner)["blocks"] == [])
            }
        }
        #expect(try Settings(EnvironmentSource(["TBG_BTC_NETWORK": "regtest"])).assumedNetworkDifficulty == 1)
    }

    @Test("Heights 10 to 12 at difficulty 100 and 13 to 15 at 120 are two epochs, newest first")
    func epochs() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            for height in 10...15 as ClosedRange<Int64> {
                try await announce(rig, height, difficulty: height < 13 ? 100 : 120, second: height)
            }
            let answer = try await rig.get(Self.difficulty, by: miner)
            let history = answer.json["history"]?.arrayValue ?? []
            #expect(history.map { $0["block_height"] } == [13, 10])
            #expect(history.map { $0["difficulty"] } == [120, 100])
            #expect(history[0]["timestamp"]?.stringValue == rig.clock.now.adding(seconds: 13).rfc3339)
            #expect(answer["current_height"] == 15 && answer["current_difficulty"] == 120)
            #expect(answer["blocks_until_retarget"] == .integer(2016 - 15))
            #expect(try await rig.get(Self.difficulty + "?limit=1", by: miner).json["history"]?.arrayValue?.count == 1)
            let blocks = try await rig.get(Self.blocks + "?limit=2", by: miner).json["blocks"]?.arrayValue ?? []
            #expect(blocks.map { $0["height"] } == [15, 14])
            #expect(blocks[0]["hash"]?.stringValue == ChainServer.hash(15) && blocks[0]["difficulty"] == 120)
            #expect(blocks[0].objectValue?.map(\.name) == ["height", "hash", "difficulty", "timestamp"])
            #expect(
                answer.json.objectValue?.map(\.name)
                    == ["current_difficulty", "current_height", "history", "updated_at", "blocks_until_retarget"]
            )
        }
    }

    @Test("The height may go back by one, and the same height may come twice")
    func reorganisation() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await announce(rig, 2016, second: 0)
            try await announce(rig, 2017, second: 10)
            try await announce(rig, 2016, branch: "b", second: 20)
            let back = try await rig.get(Self.difficulty, by: miner)
            #expect(back["current_height"] == 2016 && back["blocks_until_retarget"] == 2016)
            try await announce(rig, 2016, branch: "b", second: 30)
            #expect(try await rig.get(Self.difficulty, by: miner).bytes == back.bytes || back["current_height"] == 2016)
            let blocks = try await rig.get(Self.blocks, by: miner).json["blocks"]?.arrayValue ?? []
            #expect(blocks.map { $0["hash"]?.stringValue } == [ChainServer.hash(2017), ChainServer.hash(2016, "b")])
        }
    }

    @Test("Three hours without a block, Redis emptied, Redis gone: the difficulty is the last one known")
    func old() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await announce(rig, 800_000, difficulty: 1.25e14, second: -3 * 3600)
            let fresh = try await rig.get(Self.difficulty, by: miner)
            #expect(fresh["current_difficulty"]?.doubleValue == 1.25e14)
            rig.clock.advance(milliseconds: 1_800_000)
            #expect(try await rig.get(Self.difficulty, by: miner).bytes == fresh.bytes)
            _ = try await rig.runtime.redis.send(RedisCommand("FLUSHALL"))
            let emptied = try await rig.get(Self.difficulty, by: miner)
            #expect(emptied.bytes == fresh.bytes && !emptied.isStale)
            await rig.redis.stop()
            let gone = try await rig.get(Self.difficulty, by: miner)
            #expect(gone.status == 200 && gone.bytes == fresh.bytes && gone.isStale)
            #expect(try await rig.get(Self.blocks, by: miner).status == 200)
        }
    }

    @Test("A private chain never retargets")
    func regtest() async throws {
        try await MiningRig.run(["BTC_NETWORK": "regtest"]) { rig in
            let miner = try await rig.miner("bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080")
            try await announce(rig, 200, difficulty: 4.656542373906925e-10)
            let answer = try await rig.get(Self.difficulty, by: miner)
            #expect(answer["current_height"] == 200 && answer["blocks_until_retarget"] == .null)
            #expect(answer["current_difficulty"]?.doubleValue == 4.656542373906925e-10)
        }
    }

    @Test("Values out of range are named; callers without a token learn nothing else")
    func refusals() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            for (path, most) in [(Self.difficulty, 200), (Self.blocks, 100)] {
                for (value, fault) in [("0", "out_of_range"), ("\(most + 1)", "out_of_range"), ("abc", "type"), ("1.5", "type")] {
                    let answer = try await rig.get("\(path)?limit=\(value)", by: miner)
                    #expect(answer.status == 422 && answer.faults == ["limit:\(fault)"])
                }
                #expect(try await rig.get("\(path)?limit=\(most)", by: miner).status == 200)
                #expect(try await rig.get("\(path)?limit=", by: miner).status == 200)
                #expect(try await rig.call(.get, path).status == 401)
                #expect(try await rig.call(.get, path, token: "x").status == 401)
                let key = try await rig.key(of: miner, scopes: ["read"])
                #expect(try await rig.call(.get, path, key: key).status == 200)
            }
        }
    }
}
