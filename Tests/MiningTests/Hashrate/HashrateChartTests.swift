import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Testing

@testable import Mining

/// Charts of a user (spec 03 §4.3, §8.6, §8.8).
@Suite("Hashrate over time")
struct HashrateChartTests {
    private let path = "/api/v1/mining/hashrate/chart?window="
    private let noon = MiningRig.start

    @Test("Twelve of thirteen slots since the first share: the missing one is 0, earlier ones do not exist")
    func missing() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner, at: noon.adding(seconds: -65 * 60))])
            for age in 0...12 where age != 6 { try await rig.keep(130, of: miner, at: noon.adding(seconds: -300 * Int64(age))) }
            // Of another series, and of no slot of the window.
            try await rig.keep(999, of: miner, worker: "rig1", at: noon.adding(seconds: -1800))
            try await rig.keep(999, of: miner, at: noon.adding(seconds: -86_400))
            let answer = try await rig.get(path + "24h", by: miner)
            #expect(answer.hashrates == [130, 130, 130, 130, 130, 130, 0, 130, 130, 130, 130, 130, 130])
            #expect(answer.times.first == noon.adding(seconds: -3600).rfc3339)
            #expect(answer.times.last == noon.rfc3339)
            #expect(answer["average"] == 120)
            #expect(answer["peak"] == 130)
            #expect(try await rig.get(path + "1h", by: miner).hashrates.count == 12)
        }
    }

    @Test("A slot younger than ten minutes may not have been written yet; an older one without a row is 0")
    func awaited() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner, at: noon.adding(seconds: -600))])
            #expect(try await rig.get(path + "24h", by: miner).hashrates == [])
            rig.clock.set(noon.adding(seconds: 360))
            let answer = try await rig.get(path + "24h", by: miner)
            #expect(answer.times == [noon.adding(seconds: -300).rfc3339])
            #expect(answer.hashrates == [0])
            try await rig.keep(5, of: miner, at: noon)
            #expect(try await rig.get(path + "24h", by: miner).hashrates == [0, 5])
            // The running slot's instant is not over.
            rig.clock.set(noon.adding(seconds: 299))
            #expect(try await rig.get(path + "24h", by: miner).times.last == noon.rfc3339)
        }
    }

    @Test("A miner idle for days has a full chart of zeros")
    func idle() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner, at: noon.adding(seconds: -3 * 86_400))])
            try await rig.keep(50, of: miner, at: noon.adding(seconds: -3 * 86_400 + 300))
            let day = try await rig.get(path + "24h", by: miner)
            #expect(day.hashrates == Array(repeating: 0, count: 286))
            #expect(day["average"] == 0 && day["peak"] == 0)
            let week = try await rig.get(path + "7d", by: miner)
            #expect(week.hashrates.count == 72 && week.hashrates.filter { $0 > 0 }.count == 1)
        }
    }

    @Test("An hour's work of 3,600,000 is 4,294,967,296,000 H/s, and so are six such hours")
    func hours() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            var shares = [try rig.share(of: miner, 1, 2, at: noon.adding(seconds: -9 * 86_400))]
            for hour in 6..<12 {
                shares.append(try rig.share(of: miner, 3_600_000, 4e6, at: noon.adding(seconds: Int64(hour - 12) * 3600 + 1800)))
            }
            // The hour that is not over.
            shares.append(try rig.share(of: miner, 3_600_000, 4e6, at: noon.adding(seconds: 1)))
            try await rig.apply(shares)
            rig.clock.set(noon.adding(seconds: 1800))
            let week = try await rig.get(path + "7d", by: miner)
            #expect(week.hashrates == Array(repeating: 0, count: 162) + Array(repeating: 4_294_967_296_000, count: 6))
            #expect(week.times.last == noon.adding(seconds: -3600).rfc3339)
            let month = try await rig.get(path + "30d", by: miner)
            #expect(month.hashrates.last == 4_294_967_296_000)
            #expect(month.times.last == noon.adding(seconds: -6 * 3600).rfc3339)
            // The six hours that hold the first share and all after them.
            #expect(month.hashrates.count == 36)
            #expect(month["peak"] == 4_294_967_296_000)
        }
    }

    @Test("The last microsecond of an hour is its own, the next instant is the next hour's")
    func border() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let hour = noon.adding(seconds: -3600)
            try await rig.apply([
                rig.share(of: miner, 3_600_000, 4e6, at: hour.adding(microseconds: -1)), rig.share(of: miner, 7_200_000, 8e6, at: hour),
            ])
            let answer = try await rig.get(path + "7d", by: miner)
            #expect(answer.hashrates == [4_294_967_296_000, 8_589_934_592_000])
            #expect(answer.times == [hour.adding(seconds: -3600).rfc3339, hour.rfc3339])
        }
    }
}
