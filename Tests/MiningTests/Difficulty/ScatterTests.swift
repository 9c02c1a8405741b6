import FeatureRig
import API
import Foundation
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

@Suite("Scatter of difficulties")
struct ScatterTests {
    private let path = "/api/v1/mining/difficulty/scatter"

    @Test("The newest accepted shares come oldest first, and of the greatest the earlier is best")
    func points() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let values: [(Double, Bool)] = [(9000, true), (300, true), (700, true), (8000, false), (700, true), (200, true)]
            try await rig.apply(
                values.enumerated().map { index, value in
                    try rig.share(of: miner, 100, value.0, accepted: value.1, at: rig.clock.now.adding(seconds: Int64(index) - 100_000))
                }
            )
            let all = try await rig.get(path, by: miner)
            #expect(all.column("difficulty", of: "points") == [9000, 300, 700, 700, 200])
            #expect(all["count"] == 5)
            #expect(all.column("is_best", of: "points") == [true, false, false, false, false])
            let four = try await rig.get(path + "?limit=4", by: miner)
            #expect(four.column("difficulty", of: "points") == [300, 700, 700, 200])
            #expect(four.column("is_best", of: "points") == [false, true, false, false])
            #expect(four.column("time", of: "points").first == .string(rig.clock.now.adding(seconds: 1 - 100_000).rfc3339))
        }
    }

    @Test("Without shares there are no points, and limits are checked")
    func bounds() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let empty = try await rig.get(path, by: miner)
            #expect(empty["points"] == [] && empty["count"] == 0)
            for limit in ["0", "501"] {
                #expect(try await rig.get(path + "?limit=\(limit)", by: miner).faults == ["limit:out_of_range"])
            }
            #expect(try await rig.get(path + "?limit=500", by: miner).status == 200)
            await rig.redis.stop()
            let answer = try await rig.get(path, by: miner)
            #expect(answer.status == 200 && !answer.isStale)
        }
    }
}
