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

/// Workers silent for thirty days (spec 03 §6).
@Suite("Archive of workers")
struct WorkerArchiveTests {
    private let path = "/api/v1/mining/workers"
    private static let day: Int64 = 86_400

    private func exists(_ rig: MiningRig, _ key: String) async throws -> Bool {
        try await rig.runtime.redis.send(RedisCommand("EXISTS", key)).int == 1
    }

    @Test("After thirty days a worker leaves the list, once; its history stays, and a share brings it back")
    func archived() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let archive = WorkerArchive(runtime: rig.runtime)
            let start = rig.clock.now
            try await rig.apply([
                rig.share(of: miner, worker: "old", at: start.adding(seconds: -1)), rig.share(of: miner, worker: "young"),
                rig.share(of: miner, worker: "busy", at: start.adding(seconds: -1)),
                rig.share(of: miner, worker: "refused", accepted: false, at: start.adding(seconds: -1)),
            ])
            try await rig.execute("update workers set is_online = false where worker_name <> 'busy'")
            let now = start.adding(seconds: 30 * Self.day).adding(microseconds: -1)
            #expect(try await archive.run(at: now) == 2)
            #expect(try await archive.run(at: now) == 0)
            #expect(try await rig.get(path, by: miner).column("name", of: "workers") == ["busy", "young"])
            let all = try await rig.get(path + "?include_archived=true", by: miner)
            #expect(all.column("name", of: "workers") == ["busy", "old", "refused", "young"])
            #expect(all.column("valid_shares", of: "workers") == [1, 1, 0, 1])
            #expect(try await !exists(rig, LiveKeys.worker(miner.address, "old")))
            #expect(try await exists(rig, LiveKeys.worker(miner.address, "young")))
            let known = RedisCommand("SISMEMBER", LiveKeys.workers(miner.address), "old")
            #expect(try await rig.runtime.redis.send(known).int == 0)
            try await rig.apply([rig.share(of: miner, worker: "old", at: start.adding(seconds: 5))])
            #expect(try await rig.get(path, by: miner).column("name", of: "workers") == ["busy", "old", "young"])
            #expect(try await archive.run(at: start.adding(seconds: 30 * Self.day)) == 1)
        }
    }

    @Test("What Redis counts of workers without an accepted share goes after a day")
    func rejectedOnly() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner, worker: "good"), rig.share(of: miner, worker: "bad", accepted: false)])
            try await rig.execute("update workers set is_online = false")
            let archive = WorkerArchive(runtime: rig.runtime)
            try await archive.run(at: rig.clock.now.adding(seconds: Self.day - 1))
            #expect(try await exists(rig, LiveKeys.worker(miner.address, "bad")))
            try await archive.run(at: rig.clock.now.adding(seconds: Self.day))
            #expect(try await !exists(rig, LiveKeys.worker(miner.address, "bad")))
            #expect(try await exists(rig, LiveKeys.worker(miner.address, "good")))
            let worker = try await rig.get(path + "/bad", by: miner)
            #expect(worker["worker.invalid_shares"] == 1)
        }
    }

    @Test("The address of a machine is forgotten seven days after it left, and only then")
    func address() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.connect(miner, worker: "rig1"), rig.connect(miner, worker: "rig2")])
            rig.clock.advance(milliseconds: 1000)
            try await rig.apply([rig.disconnect(miner, worker: "rig1")])
            let archive = WorkerArchive(runtime: rig.runtime)
            let ip = { (name: String) in
                try await rig.runtime.redis.send(RedisCommand("HGET", LiveKeys.worker(miner.address, name), "ip")).string
            }
            try await archive.run(at: rig.clock.now.adding(seconds: 7 * Self.day - 1))
            #expect(try await ip("rig1") == "192.0.2.7")
            try await archive.run(at: rig.clock.now.adding(seconds: 7 * Self.day))
            #expect(try await ip("rig1") == nil)
            #expect(try await ip("rig2") == "192.0.2.7")
        }
    }

    @Test("Without Redis workers are archived all the same")
    func withoutRedis() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner)])
            try await rig.execute("update workers set is_online = false")
            await rig.redis.stop()
            #expect(try await WorkerArchive(runtime: rig.runtime).run(at: rig.clock.now.adding(seconds: 31 * Self.day)) == 1)
        }
    }
}
