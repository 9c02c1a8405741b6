import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

@Suite("Copies of hashrates")
struct BulkHashratesTests {
    private func copy(_ rig: MiningRig, _ address: String) async throws -> [String: String] {
        let reply = try await rig.runtime.redis.send(RedisCommand("HGETALL", LiveKeys.userHashrate(address)))
        return Dictionary((reply.map ?? []).map { ($0.key.string ?? "", $0.value.string ?? "") }) { $1 }
    }

    @Test("Every active user has a copy that says what the route says, for an hour")
    func copies() async throws {
        try await MiningRig.run { rig in
            let (miner, other) = (try await rig.miner(), try await rig.miner(RigAddress.second))
            let idle = try await rig.miner(RigAddress.third)
            try await rig.apply([
                rig.share(of: miner, 1000, 2000, worker: "a", at: rig.clock.now.adding(seconds: -15)),
                rig.share(of: miner, 1000, 2000, worker: "b", at: rig.clock.now.adding(seconds: -100)),
                rig.share(of: other, 5000, 6000, at: rig.clock.now.adding(seconds: -15)),
                rig.share(of: idle, 5000, 6000, at: rig.clock.now.adding(seconds: -3 * 86_400)),
            ])
            let job = BulkHashrates(runtime: rig.runtime)
            for _ in 0..<2 {
                try await job.run(at: rig.clock.now)
                for miner in [miner, other] {
                    let copy = try await copy(rig, miner.address)
                    let answer = try await rig.get("/api/v1/mining/hashrate", by: miner)
                    for name in ["hashrate_1m", "hashrate_5m", "hashrate_1h", "hashrate_24h", "workers_online"] {
                        #expect(copy[name].flatMap(Double.init) == answer[name]?.doubleValue, "\(name)")
                    }
                    #expect(copy["updated_at"] == rig.clock.now.rfc3339)
                    let life = try await rig.runtime.redis.send(RedisCommand("TTL", LiveKeys.userHashrate(miner.address))).int
                    #expect((1...3600).contains(life ?? 0))
                }
                #expect(try await copy(rig, idle.address).isEmpty)
            }
            rig.clock.advance(milliseconds: 600_000)
            try await job.run(at: rig.clock.now)
            #expect(try await copy(rig, miner.address)["hashrate_5m"].flatMap(Double.init) == 0)
        }
    }

    @Test("Without miners there is nothing to copy")
    func nobody() async throws {
        try await MiningRig.run { rig in
            try await BulkHashrates(runtime: rig.runtime).run(at: rig.clock.now)
            #expect(try await rig.runtime.redis.send(RedisCommand("DBSIZE")).int == 0)
        }
    }
}
