import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Redis
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

    @Test("What the limits brought along is what the summary tells; what they did not bring, it asks for")
    func foreseen() async throws {
        try await MiningRig.run { rig in
            let (miner, other) = (try await rig.miner(), try await rig.miner(RigAddress.second))
            try await rig.apply([rig.share(of: miner, 1000, 5000)])
            let first = try await rig.get("/api/v1/mining/summary", by: miner)
            let second = try await rig.get("/api/v1/mining/summary", by: miner)
            #expect(second.json == first.json && second["workers_online"] == 1)

            let foresight = try #require(MiningRoutes.foresights["miningSummary"])
            let redis = rig.runtime.redis
            let caller = RememberedCaller(user: other.user, address: other.address)
            let idle = try await redis.replies(to: foresight(caller, rig.clock.now), timeout: nil)
            let principal = Principal(
                user: miner.user,
                address: miner.address,
                isVerified: true,
                credential: .accessToken(session: nil)
            )
            func online(_ foreseen: ForeseenReplies) async throws -> Int {
                try await rig.services.summary.summary(of: principal, at: rig.clock.now, foreseen: foreseen).body.workersOnline
            }
            #expect(try await online(idle[...]) == 0, "the answers are believed")
            #expect(try await online([]) == 1)
            #expect(try await online(idle.dropLast()) == 1, "half of the answers are none")
            #expect(try await online([.failure(.closed), idle[1]]) == 1)
        }
    }
}
