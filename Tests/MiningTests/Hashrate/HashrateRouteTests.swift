import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Testing

@testable import Mining

@Suite("Hashrate now")
struct HashrateRouteTests {
    private let path = "/api/v1/mining/hashrate"

    @Test("A user's rates are of all its workers, and fall by themselves")
    func current() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let now = rig.clock.now
            try await rig.apply([
                rig.share(of: miner, 1000, 2000, worker: "a", at: now.adding(seconds: -20)),
                rig.share(of: miner, 3000, 4000, worker: "b", at: now.adding(seconds: -200)),
                rig.share(of: miner, 9000, 1, worker: "b", accepted: false, at: now.adding(seconds: -20)),
            ])
            let answer = try await rig.get(path, by: miner)
            #expect(answer.status == 200 && !answer.isStale)
            // The running bucket has just begun: it adds neither work nor time.
            let expected = [
                ("hashrate_1m", 1000.0, 50.0), ("hashrate_5m", 4000, 290), ("hashrate_1h", 4000, 3540), ("hashrate_24h", 4000, 82_800),
            ]
            for (name, work, seconds) in expected {
                let value = try #require(answer[name]?.doubleValue, "\(name)")
                #expect(abs(value - work * 4_294_967_296 / seconds) < 1, "\(name)")
            }
            #expect(answer["workers_online"] == 2)
            rig.clock.advance(milliseconds: 400_000)
            let later = try await rig.get(path, by: miner)
            #expect(later["hashrate_1m"] == 0 && later["hashrate_5m"] == 0)
            #expect(later["hashrate_1h"]?.doubleValue ?? 0 > 0)
        }
    }

    @Test("A new user sees zeros and empty charts")
    func newUser() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let answer = try await rig.get(path, by: miner)
            for name in ["hashrate_1m", "hashrate_5m", "hashrate_1h", "hashrate_24h", "workers_online"] {
                #expect(answer[name] == 0, "\(name)")
            }
            for window in ChartWindow.allCases {
                let chart = try await rig.get(path + "/chart?window=\(window.rawValue)", by: miner)
                #expect(chart["window"] == .string(window.rawValue))
                #expect(chart["points"] == [])
                for name in ["current", "average", "peak"] { #expect(chart[name] == 0, "\(name)") }
            }
        }
    }

    @Test("Nobody sees the rates of another")
    func others() async throws {
        try await MiningRig.run { rig in
            let (miner, other) = (try await rig.miner(), try await rig.miner(RigAddress.second))
            try await rig.apply([rig.share(of: miner, worker: "same", at: rig.clock.now.adding(seconds: -20))])
            try await rig.apply([rig.share(of: other, worker: "same", at: rig.clock.now.adding(seconds: -7000))])
            try await rig.keep(7, of: miner, at: rig.clock.now)
            try await rig.keep(7, of: miner, worker: "same", at: rig.clock.now)
            #expect(try await rig.get(path, by: other)["hashrate_1h"] == 0)
            for chart in [path + "/chart?window=1h", "/api/v1/mining/workers/same/hashrate?window=1h"] {
                let answer = try await rig.get(chart, by: other)
                #expect(answer.status == 200 && answer["current"] == 0 && answer["peak"] == 0, "\(chart)")
            }
        }
    }

    @Test("Without Redis the last snapshot answers and says so; one older than an hour says nothing of now")
    func stale() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner, at: rig.clock.now.adding(seconds: -60))])
            try await rig.keep(10, of: miner, at: rig.clock.now.adding(seconds: -600))
            try await rig.keep(20, of: miner, at: rig.clock.now.adding(seconds: -300))
            try await rig.execute("update workers set hashrate_5m = 30")
            await rig.redis.stop()
            let answer = try await rig.get(path, by: miner)
            #expect(answer.status == 200 && answer.isStale)
            #expect(
                answer["hashrate_1m"] == 20 && answer["hashrate_5m"] == 20 && answer["hashrate_1h"] == 40 && answer["hashrate_24h"] == 60
            )
            #expect(answer["workers_online"] == 1)
            let chart = try await rig.get(path + "/chart?window=1h", by: miner)
            #expect(chart.status == 200 && chart.isStale && chart["current"] == 20)
            let worker = try await rig.get("/api/v1/mining/workers/rig1/hashrate", by: miner)
            #expect(worker.status == 200 && worker.isStale && worker["current"] == 30)
            try await rig.execute("update hashrate_snapshots set time = time - interval '1 hour'")
            #expect(try await rig.get(path, by: miner)["hashrate_5m"] == 0)
        }
    }

    @Test("A window is one of four, spelled so")
    func windows() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner)])
            for chart in [path + "/chart", "/api/v1/mining/workers/rig1/hashrate"] {
                for query in ["", "?window="] { #expect(try await rig.get(chart + query, by: miner)["window"] == "24h") }
                for window in ["2h", "1H", "24", "7d%20", "30d%00", "-1", "null"] {
                    let answer = try await rig.get(chart + "?window=\(window)", by: miner)
                    #expect(answer.status == 422 && answer.faults == ["window:not_allowed"], "\(window): \(answer.text)")
                }
            }
        }
    }
}
