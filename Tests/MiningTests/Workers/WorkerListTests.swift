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

@Suite("List of workers")
struct WorkerListTests {
    private let path = "/api/v1/mining/workers"

    @Test("A worker tells what is known of it, live figures included")
    func fields() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let start = rig.clock.now
            try await rig.apply([rig.connect(miner, worker: "rig1", at: start.adding(seconds: -120))])
            try await rig.apply([
                rig.share(of: miner, 1024, 5000, at: start.adding(seconds: -50)),
                rig.share(of: miner, 1024, 2000, at: start.adding(seconds: -10)),
                rig.share(of: miner, 1024, 3000, at: start.adding(seconds: -7200)),
                rig.share(of: miner, 512, 1, accepted: false, at: start),
            ])
            let answer = try await rig.get(path, by: miner)
            #expect(answer.status == 200 && !answer.isStale)
            #expect(answer["online_count"] == 1)
            #expect(answer["total_count"] == 1)
            let worker = try #require(answer.list("workers").first)
            let expected: [String: JSONValue] = [
                "name": "rig1", "status": "online", "current_diff": 512, "best_diff": 5000, "valid_shares": 3, "invalid_shares": 1,
                "accept_rate": 75, "last_share": .string(start.adding(seconds: -10).rfc3339),
                "connected_at": .string(start.adding(seconds: -120).rfc3339), "ip_address": "192.0.2.7", "user_agent": "cgminer/4.12",
                "shares_session": 3, "shares_per_hour": 2, "uptime_seconds": 120, "temperature": .null, "stratum_version": .null,
            ]
            for (name, value) in expected { #expect(worker[name] == value, "\(name)") }
            // Noon: the buckets of 10 s that count begin at 11:59:10, and the running one is empty as yet.
            let minute = try #require(worker["hashrate_1m"]?.doubleValue)
            #expect(abs(minute - 2048 * 4_294_967_296 / 50) < 1)
            #expect(worker["hashrate_24h"]?.doubleValue ?? 0 > 0)
            #expect(worker["id"]?.doubleValue ?? 0 > 0)
        }
    }

    @Test("Rates keep falling after a worker has gone; its row stays")
    func offline() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.connect(miner, worker: "rig1")])
            try await rig.apply([rig.share(of: miner)])
            rig.clock.advance(milliseconds: 20_000)
            try await rig.apply([rig.disconnect(miner, worker: "rig1")])
            let soon = try #require(try await rig.get(path, by: miner).list("workers").first)
            #expect(soon["status"] == "offline")
            #expect(soon["uptime_seconds"] == 0)
            #expect(soon["ip_address"] == "192.0.2.7")
            #expect(soon["hashrate_1m"]?.doubleValue ?? 0 > 0)
            rig.clock.advance(milliseconds: 600_000)
            let later = try #require(try await rig.get(path, by: miner).list("workers").first)
            #expect(later["hashrate_1m"] == 0)
            #expect(later["hashrate_5m"] == 0)
            #expect(later["hashrate_1h"]?.doubleValue ?? 0 > 0)
        }
    }

    @Test("Seven days after a disconnect the address is not shown any more")
    func oldAddress() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.connect(miner, worker: "rig1")])
            for (age, address) in [(7 * 86_400 - 1, "192.0.2.7" as JSONValue), (7 * 86_400, .null)] {
                let ended = rig.clock.now.adding(seconds: -Int64(age))
                try await rig.execute("update workers set is_online = false, disconnected_at = \(ended)")
                #expect(try await rig.get(path, by: miner).column("ip_address", of: "workers") == [address])
            }
        }
    }

    @Test("Names come in the order of bytes; archived workers only when asked for")
    func order() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply(["b", "B", "a.x", "a-x", "_1", "10", "9"].map { try rig.share(of: miner, worker: $0) })
            try await rig.execute("update workers set archived_at = \(rig.clock.now), is_online = false where worker_name = 'B'")
            let current = try await rig.get(path, by: miner)
            #expect(current.column("name", of: "workers") == ["10", "9", "_1", "a-x", "a.x", "b"])
            #expect(current["total_count"] == 6)
            let all = try await rig.get(path + "?include_archived=true", by: miner)
            #expect(all.column("name", of: "workers") == ["10", "9", "B", "_1", "a-x", "a.x", "b"])
            #expect(all["total_count"] == 7)
            #expect(all["online_count"] == 6)
            #expect(try await rig.get(path + "?include_archived=1", by: miner).faults == ["include_archived:type"])
        }
    }

    @Test("Workers outlive everything Redis knows of them")
    func redisEmpty() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner)])
            try await rig.runtime.redis.send(RedisCommand("FLUSHALL"))
            let answer = try await rig.get(path, by: miner)
            #expect(!answer.isStale)
            #expect(answer.column("valid_shares", of: "workers") == [1])
            #expect(answer.column("hashrate_1m", of: "workers") == [0])
        }
    }

    @Test("Without Redis the rates are those of the last snapshot, and the answer says so")
    func stale() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner)])
            try await rig.execute("update workers set hashrate_1m = 10, hashrate_5m = 20, hashrate_1h = 30")
            await rig.redis.stop()
            for answer in [try await rig.get(path, by: miner), try await rig.get(path + "/rig1", by: miner)] {
                #expect(answer.status == 200)
                #expect(answer.isStale)
            }
            let worker = try #require(try await rig.get(path, by: miner).list("workers").first)
            #expect(worker["status"] == "online")
            #expect(
                worker["hashrate_1m"] == 10 && worker["hashrate_5m"] == 20 && worker["hashrate_1h"] == 30 && worker["hashrate_24h"] == 0
            )
        }
    }

    @Test("Without Redis a worker silent for an hour has no rate, whatever the last snapshot it was in has left in its row")
    func staleSilence() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let hour = rig.clock.now.adding(seconds: -3600)
            try await rig.apply([
                rig.share(of: miner, worker: "gone", at: hour), rig.share(of: miner, worker: "near", at: hour.adding(microseconds: 1)),
            ])
            try await rig.execute("update workers set hashrate_1m = 0, hashrate_5m = 0, hashrate_1h = 30, hashrate_24h = 40")
            await rig.redis.stop()
            let answer = try await rig.get(path, by: miner)
            #expect(answer.isStale)
            #expect(answer.column("hashrate_1h", of: "workers") == [0, 30])
            #expect(answer.column("hashrate_24h", of: "workers") == [0, 40])
        }
    }

    @Test("Who has not proven the address does not learn where its machines stand")
    func unverified() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner(isVerified: false)
            try await rig.apply([rig.connect(miner, worker: "rig1")])
            let before = try await rig.get(path, by: miner)
            #expect(before.column("ip_address", of: "workers") == [.null])
            #expect(before.column("user_agent", of: "workers") == [.null])
            try await rig.execute("update users set is_verified = true where id = \(miner.user)")
            rig.clock.advance(milliseconds: 10_000)
            let after = try await rig.get(path + "/rig1", by: miner)
            #expect(after["worker.ip_address"] == "192.0.2.7")
            #expect(after["worker.user_agent"] == "cgminer/4.12")
        }
    }

    @Test("A new user has none; 500 workers and the overflow come in one answer")
    func counts() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let empty = try await rig.get(path, by: miner)
            #expect(empty["workers"] == [] && empty["online_count"] == 0 && empty["total_count"] == 0)
            try await rig.apply((0..<520).map { try rig.share(of: miner, worker: "rig\($0)") })
            let answer = try await rig.get(path, by: miner)
            #expect(answer["total_count"] == 501)
            #expect(answer.list("workers").first { $0["name"] == "overflow" }?["valid_shares"] == 20)
        }
    }
}

extension MiningRig {
    /// A session of a miner begins.
    func connect(_ miner: RigMiner, worker: String, at time: Instant? = nil) throws -> MiningEvent {
        let payload = #"{"user":"\#(miner.address)","worker":"\#(worker)","client_id":7,"ip":"192.0.2.7","useragent":"cgminer/4.12"}"#
        return try event(.minerConnected, at: time, payload)
    }

    /// It ends.
    func disconnect(_ miner: RigMiner, worker: String, at time: Instant? = nil) throws -> MiningEvent {
        try event(.minerDisconnected, at: time, #"{"user":"\#(miner.address)","worker":"\#(worker)","client_id":7}"#)
    }
}
