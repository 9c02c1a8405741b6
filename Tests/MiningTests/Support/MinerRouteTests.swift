import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Testing

@testable import Mining

/// What the routes of workers, shares and difficulties have in common (spec 03 §1, §3, §7, §8.19).
@Suite("Routes of workers, shares and difficulties")
struct MinerRouteTests {
    private static let base = "/api/v1/mining/"

    @Test("A miner sees nothing of another: no name, no address, no number")
    func privacy() async throws {
        try await MiningRig.run { rig in
            let owner = try await rig.miner()
            let stranger = try await rig.miner(RigAddress.second)
            let before = try await answers(rig, to: stranger)
            try await rig.apply([rig.connect(owner, worker: "cellar")])
            try await rig.apply([
                rig.share(of: owner, 4321, 987_654_321, worker: "cellar"),
                rig.share(of: owner, 4321, 1, worker: "cellar", accepted: false, reason: "job not found"),
            ])
            #expect(try await rig.get(Self.base + "workers/cellar", by: owner).status == 200)
            #expect(try await answers(rig, to: stranger) == before)
            #expect(try await rig.get(Self.base + "workers/cellar", by: stranger).code == "worker_not_found")
            #expect(try await rig.get(Self.base + "shares?worker_name=cellar", by: stranger)["data"] == [])
        }
    }

    /// What a caller is told everywhere; of an error what it says, not which request it was.
    private func answers(_ rig: MiningRig, to miner: RigMiner) async throws -> [String] {
        var answers: [String] = []
        for path in MiningDoorTests.paths {
            let answer = try await rig.get(Self.base + path, by: miner)
            answers.append(answer.status == 200 ? answer.text : "\(answer.status) \(answer.code ?? "")")
        }
        return answers
    }

    @Test("A rejected share tells why, each worker its own reasons, whatever address has a worker of that name")
    func reasons() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let other = try await rig.miner(RigAddress.second)
            func rejected(_ miner: RigMiner, _ worker: String, _ reason: String, _ age: Int64) throws -> MiningEvent {
                let time = rig.clock.now.adding(seconds: -age)
                return try rig.share(of: miner, 100, Double(age), worker: worker, accepted: false, reason: reason, at: time)
            }
            try await rig.apply([
                rejected(miner, "a", "stale", 1), rejected(miner, "b", "low difficulty", 2), rejected(miner, "a", "duplicate", 3),
                rejected(other, "a", "job not found", 4), rig.share(of: miner, worker: "a"),
            ])
            let shares = Self.base + "shares?valid_only=false&worker_name="
            #expect(try await rig.get(shares + "a", by: miner).column("reject_reason", of: "data") == ["stale", "duplicate"])
            #expect(try await rig.get(shares + "b", by: miner).column("reject_reason", of: "data") == ["low difficulty"])
            #expect(try await rig.get(shares + "a", by: other).column("reject_reason", of: "data") == ["job not found"])
            let worker = try await rig.get(Self.base + "workers/a", by: miner)
            #expect(worker.column("reject_reason", of: "recent_shares") == [.null, "stale", "duplicate"])
            #expect(worker["worker.invalid_shares"] == 2 && worker["worker.valid_shares"] == 1)
        }
    }

    @Test("A bad value is named, wherever it stands")
    func faults() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            for (query, fault) in [
                ("workers?include_archived=yes", "include_archived:type"), ("difficulty/scatter?limit=abc", "limit:type"),
                ("difficulty/scatter?limit=-1", "limit:out_of_range"), ("difficulty/scatter?limit=2.0", "limit:type"),
                ("difficulty/distribution?days=abc", "days:type"), ("difficulty/distribution?days=-1", "days:out_of_range"),
                ("difficulty/distribution?days=99999999999999999999", "days:out_of_range"),
                ("shares?limit=9223372036854775808", "limit:out_of_range"), ("shares?min_difficulty=NaN", "min_difficulty:type"),
                ("shares?min_difficulty=Infinity", "min_difficulty:type"),
            ] {
                let answer = try await rig.get(Self.base + query, by: miner)
                #expect(answer.status == 422 && answer.code == "validation_error", "\(query): \(answer.text)")
                #expect(answer.faults == [fault], "\(query)")
            }
            let both = try await rig.get(Self.base + "shares?limit=0&valid_only=maybe", by: miner)
            #expect(Set(both.faults) == ["limit:out_of_range", "valid_only:type"])
        }
    }

    @Test("Without Redis every route answers, and says so where it would have shown live values")
    func withoutRedis() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner)])
            await rig.redis.stop()
            let live: Set<String> = [
                "workers", "workers/rig1", "difficulty/bests", "difficulty/percentile", "workers/rig1/hashrate", "hashrate",
                "hashrate/chart",
            ]
            for path in MiningDoorTests.paths {
                let answer = try await rig.get(Self.base + path, by: miner)
                #expect(answer.status == 200, "\(path): \(answer.text)")
                #expect(answer.isStale == live.contains(path), "\(path)")
            }
        }
    }
}
