import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Testing

@testable import Mining

/// Minutes and days of mining (spec 03 §4.6, §8.12).
@Suite("Uptime")
struct UptimeRouteTests {
    private let path = "/api/v1/mining/uptime"
    private let midnight = UTCDay(containing: MiningRig.start).start

    @Test("A share covers five minutes, past midnight too; overlaps, redeliveries and workers beside it add nothing")
    func minutes() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let late = try rig.share(of: miner, at: midnight.adding(seconds: -170))
            let shares = [
                try rig.share(of: miner, at: midnight.adding(seconds: 36_030)),
                try rig.share(of: miner, at: midnight.adding(seconds: 36_180)), late,
            ]
            try await rig.apply(shares.reversed())
            try await rig.apply(shares)
            try await rig.apply([
                rig.share(of: miner, worker: "rig2", at: midnight.adding(seconds: 36_100)),
                rig.share(of: miner, 1000, 1, accepted: false, at: midnight.adding(seconds: 50_000)),
            ])
            let answer = try await rig.get(path, by: miner)
            #expect(answer.list("days").count == 30)
            #expect(answer.column("date", of: "days").suffix(2) == ["2026-02-23", "2026-02-24"])
            #expect(answer.column("date", of: "days").first == "2026-01-26")
            #expect(answer.column("uptime_minutes", of: "days").suffix(3) == [0, 3, 10])
            #expect(answer.column("shares", of: "days").suffix(3) == [0, 1, 4])
            #expect(answer.column("active", of: "days").suffix(3) == [false, true, true])
            #expect(answer["days_active"] == 2)
            #expect(answer["total_uptime_hours"] == 0.2)
            let today = try await rig.get(path + "?days=1", by: miner)
            #expect(today.column("uptime_minutes", of: "days") == [10])
            #expect(today["days_active"] == 1)
        }
    }

    @Test("Minutes of the evening before and rejected shares make no day active")
    func inactive() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([
                rig.share(of: miner, at: midnight.adding(microseconds: -1)),
                rig.share(of: miner, 1000, 1, accepted: false, at: midnight.adding(seconds: 60)),
            ])
            let answer = try await rig.get(path + "?days=2", by: miner)
            #expect(answer.column("uptime_minutes", of: "days") == [1, 4])
            #expect(answer.column("active", of: "days") == [true, false])
            #expect(answer.column("shares", of: "days") == [1, 1])
            #expect(answer["days_active"] == 1)
        }
    }

    @Test("A miner busy all day was up for 1,440 minutes")
    func full() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let yesterday = midnight.adding(seconds: -86_400)
            try await rig.apply((0..<288).map { try rig.share(of: miner, at: yesterday.adding(seconds: 300 * $0)) })
            let answer = try await rig.get(path + "?days=2", by: miner)
            #expect(answer.column("uptime_minutes", of: "days") == [1440, 0])
            #expect(answer["total_uptime_hours"] == 24)
        }
    }

    @Test("A new user has empty days; the number of days is 1 to 90")
    func input() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let answer = try await rig.get(path + "?days=90", by: miner)
            #expect(answer.list("days").count == 90)
            #expect(answer["total_uptime_hours"] == 0 && answer["days_active"] == 0)
            for days in ["0", "91", "-1", "9223372036854775807"] {
                #expect(try await rig.get(path + "?days=\(days)", by: miner).faults == ["days:out_of_range"], "\(days)")
            }
            for days in ["abc", "1.5", "1e1", "%00", "99999999999999999999"] {
                let answer = try await rig.get(path + "?days=\(days)", by: miner)
                #expect(answer.status == 422 && answer.faults.first?.hasPrefix("days:") == true, "\(days): \(answer.text)")
            }
        }
    }
}
