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

@Suite("Personal bests")
struct BestsTests {
    private let path = "/api/v1/mining/difficulty/bests"

    @Test("A millisecond decides the week; last week, month and all time follow, in this order")
    func periods() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let other = try await rig.miner(RigAddress.second)
            let sunday = try #require(Instant(rfc3339: "2026-02-22T23:59:59.999Z"))
            let monday = try #require(Instant(rfc3339: "2026-02-23T00:00:00Z"))
            try await rig.apply([
                rig.share(of: miner, 1000, 5e6, worker: "old", at: sunday), rig.share(of: miner, 1000, 1e6, worker: "new", at: monday),
                rig.share(of: other, 1000, 2e6, at: monday),
            ])
            let answer = try await rig.get(path, by: miner)
            #expect(answer.status == 200)
            #expect(answer.column("timeframe") == ["week", "last_week", "month", "alltime"])
            #expect(answer.column("period_key") == ["2026-W09", "2026-W08", "2026-02", .null])
            #expect(answer.column("best_difficulty") == [1_000_000, 5_000_000, 5_000_000, 5_000_000])
            #expect(answer.column("worker_name") == ["new", "old", "old", "old"])
            #expect(answer.column("share_time")[1] == "2026-02-22T23:59:59.999Z")
            #expect(answer.column("rank") == [2, 1, 1, 1])
            #expect(answer.column("percentile") == [0, 100, 50, 50])
            #expect(answer.column("total_miners") == [2, 1, 2, 2])
        }
    }

    @Test("Older periods are not shown, and only those that exist are")
    func onlyExisting() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            #expect(try await rig.get(path, by: miner).json == [])
            for weeks in 3...5 {
                try await rig.apply([rig.share(of: miner, 1000, 5000, at: rig.clock.now.adding(seconds: Int64(-weeks) * 7 * 86_400))])
            }
            #expect(try await rig.get(path, by: miner).column("timeframe") == ["month", "alltime"])
            try await rig.apply([rig.share(of: miner, 1000, 4000)])
            let answer = try await rig.get(path, by: miner)
            #expect(answer.column("timeframe") == ["week", "month", "alltime"])
            #expect(answer.column("best_difficulty") == [4000, 5000, 5000])
        }
    }

    @Test("The first week of an ISO year and the last of the one before are told apart")
    func newYear() async throws {
        try await MiningRig.run { rig in
            rig.clock.set(try #require(Instant(rfc3339: "2025-12-29T00:00:01Z")))
            let miner = try await rig.miner()
            try await rig.apply([
                rig.share(of: miner, 1000, 2000), rig.share(of: miner, 1000, 3000, at: rig.clock.now.adding(seconds: -2)),
            ])
            let answer = try await rig.get(path, by: miner)
            #expect(answer.column("period_key") == ["2026-W01", "2025-W52", "2025-12", .null])
            #expect(answer.column("best_difficulty") == [2000, 3000, 3000, 3000])
        }
    }

    @Test("Equal values keep the first; a rejected share and a replay raise nothing; the better of two workers in one batch counts")
    func rules() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let first = try rig.share(of: miner, 1000, 5000, worker: "a", at: rig.clock.now.adding(seconds: -10))
            try await rig.apply([first, rig.share(of: miner, 1000, 4000, worker: "b", at: rig.clock.now.adding(seconds: -9))])
            try await rig.apply([rig.share(of: miner, 1000, 5000, worker: "b"), rig.share(of: miner, 1000, 9000, accepted: false)])
            try await rig.apply([first])
            let answer = try await rig.get(path, by: miner)
            #expect(Set(answer.column("best_difficulty")) == [5000])
            #expect(Set(answer.column("worker_name")) == ["a"])
        }
    }

    @Test("Without Redis the bests are there, their ranks are not")
    func stale() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner, 1000, 5000)])
            await rig.redis.stop()
            let answer = try await rig.get(path, by: miner)
            #expect(answer.status == 200)
            #expect(answer.isStale)
            #expect(answer.column("best_difficulty") == [5000, 5000, 5000])
            #expect(answer.column("rank") == [.null, .null, .null])
            #expect(answer.column("percentile") == [.null, .null, .null])
            #expect(answer.column("total_miners") == [0, 0, 0])
        }
    }
}
