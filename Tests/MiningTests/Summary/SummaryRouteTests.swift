import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import Testing

@testable import Mining

@Suite("Summary route")
struct SummaryRouteTests {
    @Test("A miner sees what was mined; a stranger is turned away")
    func answer() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([
                rig.share(of: miner, 1000, 5000), rig.share(of: miner, 1000, 900, accepted: false),
            ])
            let answer = try await rig.get("/api/v1/mining/summary", by: miner)
            #expect(answer.status == 200)
            #expect(answer["total_shares"] == 2)
            #expect(answer["acceptance_rate"] == 50)
            #expect(answer["best_diff_alltime"] == 5000)
            #expect(try await rig.call(.get, "/api/v1/mining/summary").status == 401)
        }
    }

    @Test("Without Redis the figures come from the database and say so")
    func stale() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner)])
            await rig.redis.stop()
            let answer = try await rig.get("/api/v1/mining/summary", by: miner)
            #expect(answer.status == 200)
            #expect(answer.isStale)
            #expect(answer["workers_online"] == 1)
        }
    }
}
