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

@Suite("Statistics of shares")
struct ShareStatisticsTests {
    private let path = "/api/v1/mining/shares/stats"

    @Test("Lifetime and today are counted apart, accepted and rejected")
    func counts() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let start = rig.clock.now.adding(seconds: -86_400)
            var shares: [MiningEvent] = []
            for index in 0..<60 {
                let time = index < 50 ? start : rig.clock.now
                shares.append(
                    try rig.share(of: miner, 1000, Double(2000 - index), accepted: index > 0, at: time.adding(milliseconds: Int64(index)))
                )
            }
            try await rig.apply(shares + [rig.share(of: miner, 1000, 9999, accepted: false, at: rig.clock.now.adding(seconds: 1))])
            let answer = try await rig.get(path, by: miner)
            #expect(answer["total_shares"] == 61)
            #expect(answer["accepted_shares"] == 59)
            #expect(answer["rejected_shares"] == 2)
            #expect(answer["acceptance_rate"] == 96.72)
            #expect(answer["shares_today"] == 11)
            #expect(answer["accepted_today"] == 10)
            #expect(answer["rejected_today"] == 1)
            #expect(answer["best_diff_today"] == 1950)
            #expect(answer["first_share_at"] == .string(start.rfc3339))
            #expect(answer["last_share_at"] == .string(rig.clock.now.adding(milliseconds: 59).rfc3339))
        }
    }

    @Test("The rate of 1,180 accepted and 20 rejected is 98.33")
    func rate() {
        #expect(Percent.of(1180, in: 1200, whenNone: 0) == 98.33)
        #expect(Percent.of(0, in: 0, whenNone: 0) == 0)
    }

    @Test("A microsecond before midnight is yesterday")
    func dayBorder() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let midnight = UTCDay(containing: rig.clock.now).start
            try await rig.apply([
                rig.share(of: miner, 1000, 5000, at: midnight.adding(microseconds: -1)), rig.share(of: miner, 1000, 3000, at: midnight),
            ])
            let answer = try await rig.get(path, by: miner)
            #expect(answer["total_shares"] == 2)
            #expect(answer["shares_today"] == 1)
            #expect(answer["best_diff_today"] == 3000)
        }
    }

    @Test("A new user sees zeros")
    func newUser() async throws {
        try await MiningRig.run { rig in
            let answer = try await rig.get(path, by: rig.miner())
            #expect(answer.status == 200)
            for name in ["total_shares", "accepted_shares", "rejected_shares", "acceptance_rate", "shares_today", "best_diff_today"] {
                #expect(answer[name] == 0, "\(name)")
            }
            #expect(answer["first_share_at"] == .null && answer["last_share_at"] == .null)
        }
    }
}
