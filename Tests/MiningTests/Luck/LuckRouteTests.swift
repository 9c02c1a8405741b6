import FeatureRig
import API
import Foundation
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Testing

@testable import Mining

/// Luck of one user (extension).
@Suite("Luck route")
struct LuckRouteTests {
    private static let path = "/api/v1/mining/luck"

    private func number(_ answer: MiningAnswer, _ name: String) -> Double { answer[name]?.doubleValue ?? .nan }

    @Test("A new user has done nothing and expects nothing")
    func new() async throws {
        try await MiningRig.run { rig in
            let answer = try await rig.get(Self.path, by: try await rig.miner())
            #expect(answer.status == 200 && answer["network_difficulty"]?.doubleValue == 1e14)
            for name in [
                "total_work", "accepted_shares", "expected_blocks", "blocks_found", "block_luck", "block_chance", "expected_best",
                "best_difficulty", "best_luck", "best_percentile",
            ] { #expect(answer[name] == 0, "\(name)") }
            #expect(answer["best_at"] == .null)
        }
    }

    @Test("One share of 1000 that achieved 10,000: better than nine of ten; rejected shares are no work")
    func oneShare() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner, 1000, 10_000), rig.share(of: miner, 1000, 99_999, accepted: false)])
            try await rig.apply([
                rig.event(.networkBlock, #"{"height":800000,"hash":"\#(ChainServer.hash(800_000))","diff":2000}"#)
            ])
            let answer = try await rig.get(Self.path, by: miner)
            #expect(answer["total_work"] == 1000 && answer["accepted_shares"] == 1 && answer["network_difficulty"] == 2000)
            #expect(answer["expected_blocks"] == 0.5 && answer["block_luck"] == 0)
            #expect(abs(number(answer, "block_chance") - (1 - exp(-0.5))) < 1e-12)
            #expect(abs(number(answer, "expected_best") - 2000) < 1e-9 && abs(number(answer, "best_luck") - 5) < 1e-9)
            #expect(answer["best_percentile"] == 90 && answer["best_difficulty"] == 10_000)
            #expect(answer["best_at"]?.stringValue == rig.clock.now.rfc3339)
        }
    }

    @Test("A block more than expected is luck; without Redis the difficulty comes from the table and says so")
    func block() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner, 500, 5000), rig.share(of: miner, 500, 600)])
            try await rig.apply([
                rig.event(.networkBlock, #"{"height":800000,"hash":"\#(ChainServer.hash(800_000))","diff":4000}"#),
                rig.event(
                    .blockFound,
                    #"{"user":"\#(miner.address)","worker":"rig1","height":800001,"hash":"","diff":0,"network_diff":0,"reward_sats":0}"#
                ),
            ])
            let answer = try await rig.get(Self.path, by: miner)
            #expect(answer["blocks_found"] == 1 && answer["expected_blocks"] == 0.25 && answer["block_luck"] == 4)
            await rig.redis.stop()
            let stale = try await rig.get(Self.path, by: miner)
            #expect(stale.isStale && stale.bytes == answer.bytes)
            #expect(try await rig.call(.get, Self.path).status == 401)
        }
    }
}
