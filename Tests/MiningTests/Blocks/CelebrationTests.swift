import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Testing

@testable import Mining

/// Celebrations (spec 03 routes E1, E2, §8.18).
@Suite("Celebrations")
struct CelebrationTests {
    private static let pending = "/api/v1/mining/celebrations/pending"
    private static func ack(_ id: some CustomStringConvertible) -> String { "/api/v1/mining/celebrations/\(id)/ack" }

    private func celebrations(_ rig: MiningRig, _ miner: RigMiner) async throws -> [JSONValue] {
        let answer = try await rig.get(Self.pending, by: miner)
        try #require(answer.status == 200, "\(answer.text)")
        return answer["celebrations"]?.arrayValue ?? []
    }

    @Test("A found block is to be celebrated until its finder has; once more is as good as once, and nobody else can")
    func acknowledged() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let other = try await rig.miner("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")
            #expect(try await celebrations(rig, miner) == [])
            let payload =
                #"{"user":"\#(miner.address)","worker":"rig1","height":800000,"hash":"","diff":0,"network_diff":0,"reward_sats":0}"#
            try await rig.apply([rig.share(of: miner)])
            try await rig.apply([rig.event(.blockFound, payload)])
            let first = try #require(try await celebrations(rig, miner).first)
            #expect(
                first.objectValue?.map(\.name) == [
                    "celebration_id", "block_id", "block_height", "block_hash", "reward_btc", "found_at", "is_first_block",
                ]
            )
            #expect(first["block_height"] == 800_000 && first["block_hash"] == "" && first["reward_btc"] == 6.25)
            #expect(first["is_first_block"] == true && first["found_at"]?.stringValue == rig.clock.now.rfc3339)
            #expect(try await celebrations(rig, other) == [])

            let id = try #require(first["celebration_id"]?.int64Value)
            let foreign = try await rig.call(.post, Self.ack(id), token: other.token)
            #expect(foreign.status == 404 && foreign.code == "celebration_not_found")
            #expect(try await celebrations(rig, miner).count == 1)
            let at = rig.clock.now
            for _ in 0..<2 {
                let answer = try await rig.call(.post, Self.ack(id), token: miner.token)
                #expect(answer.status == 200 && answer.text == "{}")
                rig.clock.advance(milliseconds: 5000)
            }
            #expect(try await celebrations(rig, miner) == [])
            let stored = try await rig.runtime.database.query("select celebrated_at from block_celebrations").value(Instant.self)
            #expect(stored == at)
        }
    }

    @Test("What is no number is named, what is nobody's is not found; a key needs to be allowed to write")
    func refusals() async throws {
        try await MiningRig.run { rig in
            let fixture = BlockFixture(rig: rig)
            let miner = try await rig.miner()
            let id = try await fixture.celebrate(try await fixture.add(800_000, by: miner), by: miner)
            for text in ["abc", "1.5", "99999999999999999999", "0"] {
                let answer = try await rig.call(.post, Self.ack(text), token: miner.token)
                #expect(answer.status == 422 && answer.faults.first?.hasPrefix("celebration_id:") == true, "\(text)")
            }
            #expect(try await rig.call(.post, Self.ack(id + 1), token: miner.token).code == "celebration_not_found")
            #expect(try await rig.call(.post, Self.ack(id)).status == 401)
            let reading = try await rig.key(of: miner, scopes: ["read"])
            let refused = try await rig.call(.post, Self.ack(id), key: reading)
            #expect(refused.status == 403 && refused.code == "insufficient_scope")
            #expect(try await rig.call(.get, Self.pending, key: reading)["celebrations"]?.arrayValue?.count == 1)
            let writing = try await rig.key(of: miner, scopes: ["write"])
            #expect(try await rig.call(.post, Self.ack(id), key: writing).status == 200)
        }
    }

    @Test("Oldest first, twenty at most, orphans never; the first of all is told apart")
    func order() async throws {
        try await MiningRig.run { rig in
            let fixture = BlockFixture(rig: rig)
            let miner = try await rig.miner()
            let orphan = try await fixture.add(799_999, by: miner, status: "orphaned", second: -100)
            _ = try await fixture.celebrate(orphan, by: miner)
            var blocks: [Int64] = []
            // The youngest is stored first.
            for number in (0..<25).reversed() {
                blocks.insert(
                    try await fixture.add(800_000 + number, by: miner, rewardSatoshi: number == 0 ? nil : 1, second: Int64(number)),
                    at: 0
                )
                _ = try await fixture.celebrate(blocks[0], by: miner)
            }
            let pending = try await celebrations(rig, miner)
            #expect(pending.compactMap { $0["block_id"]?.int64Value } == Array(blocks.prefix(20)))
            #expect(pending.map { $0["is_first_block"] == true } == [true] + Array(repeating: false, count: 19))
            #expect(pending[0]["reward_btc"] == 6.25 && pending[1]["reward_btc"]?.doubleValue == 1e-8)
        }
    }
}
