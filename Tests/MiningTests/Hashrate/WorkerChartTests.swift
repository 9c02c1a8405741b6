import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Testing

@testable import Mining

/// Charts of one worker, made of its snapshots alone (spec 03 §4.3).
@Suite("Hashrate of a worker over time")
struct WorkerChartTests {
    private let noon = MiningRig.start

    private func path(_ name: String, _ window: String) -> String { "/api/v1/mining/workers/\(name)/hashrate?window=\(window)" }

    @Test("An hour is the mean of its twelve snapshots; a missing one counts as 0 unless it may still come")
    func means() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner, at: noon.adding(seconds: -3 * 3600))])
            for minute in stride(from: -115, through: -10, by: 5) where minute != -90 {
                try await rig.keep(1200, of: miner, worker: "rig1", at: noon.adding(seconds: Int64(minute) * 60))
                try await rig.keep(9999, of: miner, at: noon.adding(seconds: Int64(minute) * 60))
            }
            let week = try await rig.get(path("rig1", "7d"), by: miner)
            #expect(week.hashrates == [0, 1100, 1200])
            #expect(week.times == [3, 2, 1].map { noon.adding(seconds: -3600 * $0).rfc3339 })
            #expect(week["peak"] == 1200)
            #expect(week["current"] == 0)
            let month = try await rig.get(path("rig1", "30d"), by: miner)
            // Twenty-one of the seventy that are due; two may still come.
            #expect(month.hashrates == [1200 * 21 / 70])
            #expect(month.times == [noon.adding(seconds: -6 * 3600).rfc3339])
            #expect(try await rig.get(path("rig1", "1h"), by: miner).hashrates == Array(repeating: 1200, count: 10))
        }
    }

    @Test("Current is the worker's own rate")
    func current() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([
                rig.share(of: miner, 1000, 2000, worker: "a", at: noon.adding(seconds: -100)),
                rig.share(of: miner, 2000, 3000, worker: "b", at: noon.adding(seconds: -100)),
            ])
            let current = try #require(try await rig.get(path("b", "1h"), by: miner)["current"]?.doubleValue)
            #expect(abs(current - 2000 * 4_294_967_296 / 290) < 1)
        }
    }

    @Test("A name that is no worker of the caller is 404, whatever its form")
    func unknown() async throws {
        try await MiningRig.run { rig in
            let (miner, other) = (try await rig.miner(), try await rig.miner(RigAddress.second))
            try await rig.apply([rig.share(of: miner, worker: "a.b"), rig.share(of: other, worker: "theirs")])
            #expect(try await rig.get(path("a.b", "1h"), by: miner).status == 200)
            #expect(try await rig.get(path("%61%2Eb", "1h"), by: miner).status == 200)
            let names = [
                "theirs", "A.b", "a.b%20", "a%252Eb", "%2F", "%00", "%E2%80%8B", "..%2F..", "'", "x' or '1'='1",
                String(repeating: "a", count: 128),
                String(repeating: "a", count: 129),
            ]
            for name in names.map({ $0.replacing(" ", with: "%20") }) {
                let answer = try await rig.get(path(name, "1h"), by: miner)
                #expect(answer.status == 404 && answer.code == "worker_not_found", "\(name): \(answer.status) \(answer.text)")
            }
            #expect(try await rig.get(path("", "1h"), by: miner).status == 404)
        }
    }
}
