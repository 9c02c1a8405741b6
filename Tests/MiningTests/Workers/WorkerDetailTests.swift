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

@Suite("One worker")
struct WorkerDetailTests {
    private let path = "/api/v1/mining/workers/"

    @Test("A worker comes with its ten newest shares, from whatever days they are")
    func recent() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let ages: [Int64] = [0, 1, 2, 3, 4, 90_000, 90_001, 90_002, 5 * 86_400, 5 * 86_400 + 1, 6 * 86_400, 6 * 86_400 + 1]
            try await rig.apply(
                ages.map { age in
                    try rig.share(of: miner, 100, Double(200 + age), accepted: age != 2, at: rig.clock.now.adding(seconds: -age))
                } + [rig.share(of: miner, 100, 7, worker: "rig2")]
            )
            let answer = try await rig.get(path + "rig1", by: miner)
            #expect(answer.status == 200)
            #expect(answer["worker.name"] == "rig1")
            #expect(answer["worker.valid_shares"] == 11)
            #expect(answer.column("share_diff", of: "recent_shares") == ages.prefix(10).map { .integer(200 + $0) })
            #expect(answer.column("is_valid", of: "recent_shares")[2] == false)
        }
    }

    @Test("Two users may have workers of one name; each sees its own")
    func sameName() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let other = try await rig.miner(RigAddress.second)
            try await rig.apply([
                rig.share(of: miner, 100, 111, worker: "same"), rig.share(of: other, 100, 222, worker: "same"),
                rig.share(of: other, 100, 333, worker: "theirs"),
            ])
            #expect(try await rig.get(path + "same", by: miner).column("share_diff", of: "recent_shares") == [111])
            #expect(try await rig.get(path + "same", by: other)["worker.best_diff"] == 222)
            let foreign = try await rig.get(path + "theirs", by: miner)
            #expect(foreign.status == 404 && foreign.code == "worker_not_found")
        }
    }

    @Test("A worker with only rejected shares has a rate of 0; one without shares of 100")
    func rates() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner, worker: "bad", accepted: false)])
            try await rig.apply([rig.connect(miner, worker: "idle")])
            let bad = try await rig.get(path + "bad", by: miner)
            #expect(bad["worker.accept_rate"] == 0)
            #expect(bad["worker.status"] == "offline")
            #expect(bad["worker.last_share"] == .null)
            #expect(bad.list("recent_shares").count == 1)
            let idle = try await rig.get(path + "idle", by: miner)
            #expect(idle["worker.accept_rate"] == 100)
            #expect(idle["worker.status"] == "online")
            #expect(idle["recent_shares"] == [])
        }
    }

    @Test("Reasons of rejection are counted by worker, the most frequent first, over thirty days; a reason nobody gave is null")
    func rejectReasons() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let other = try await rig.miner(RigAddress.second)
            let day = UTCDay(containing: rig.clock.now)
            func rejected(_ miner: RigMiner, _ worker: String, _ reason: String, _ count: Int, at time: Instant? = nil) throws
                -> [MiningEvent]
            {
                try (0..<count).map { number in
                    let time = (time ?? rig.clock.now.adding(seconds: -1)).adding(milliseconds: Int64(number))
                    return try rig.share(of: miner, worker: worker, accepted: false, reason: reason, at: time)
                }
            }
            let unexplained = try rig.event(
                .shareSubmitted,
                #"{"user":"\#(miner.address)","worker":"a","diff":1,"sdiff":0,"accepted":false}"#
            )
            let events =
                try [rig.share(of: miner, worker: "a"), rig.share(of: miner, worker: "idle"), unexplained]
                + rejected(miner, "a", "stale", 2) + rejected(miner, "a", "job not found", 5) + rejected(miner, "b", "duplicate", 1)
                + rejected(miner, "a", "stale", 1, at: day.advanced(by: -29).start)
                + rejected(miner, "a", "stale", 7, at: day.advanced(by: -29).start.adding(milliseconds: -7))
                + rejected(other, "a", "low difficulty", 4)
            try await rig.apply(events)
            // A second delivery counts nothing.
            try await rig.apply(events)

            func reasons(_ worker: String, of miner: RigMiner) async throws -> JSONValue? {
                try await rig.get(path + worker, by: miner)["reject_reasons"]
            }
            #expect(
                try await reasons("a", of: miner) == [
                    ["reason": "job not found", "count": 5], ["reason": "stale", "count": 3], ["reason": .null, "count": 1],
                ]
            )
            #expect(try await rig.get(path + "a", by: miner)["worker.invalid_shares"] == 16)
            #expect(try await reasons("b", of: miner) == [["reason": "duplicate", "count": 1]])
            #expect(try await reasons("a", of: other) == [["reason": "low difficulty", "count": 4]])
            #expect(try await reasons("idle", of: miner) == [])
            // With the account everything goes.
            try await rig.execute("delete from users where id = \(miner.user)")
            #expect(try await rig.number("select sum(rejected_shares)::float8 from worker_rejects") == 4)
        }
    }

    @Test("Names are decoded once and found as they are; anything else is nobody's worker")
    func names() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner, worker: "garage.rig-1")])
            #expect(try await rig.get(path + "garage.rig-1", by: miner).status == 200)
            #expect(try await rig.get(path + "garage%2Erig%2D1", by: miner).status == 200)
            let strangers = [
                "garage%252Erig-1", "GARAGE.rig-1", "garage%2Frig-1", "%2F", "%00", "garage.rig-1%00", "%20garage.rig-1", "garage.rig-1%20",
                "%FF", "default", String(repeating: "w", count: 128), String(repeating: "w", count: 129), "%E2%84%AA",
            ]
            for name in strangers {
                let answer = try await rig.get(path + name, by: miner)
                #expect(answer.status == 404 && answer.code == "worker_not_found", "\(name): \(answer.text)")
            }
            #expect(try await rig.get(path, by: miner).status == 404)
        }
    }
}
