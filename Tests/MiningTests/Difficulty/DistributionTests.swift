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

@Suite("Distribution of difficulties")
struct DistributionTests {
    private let path = "/api/v1/mining/difficulty/distribution"

    @Test("Eight buckets, half-open, the first with all that is smaller")
    func buckets() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([500, 9999.99, 10_000, 1e6, 9.99e9, 1e10].map { try rig.share(of: miner, 1, $0) })
            try await rig.apply([rig.share(of: miner, 1, 5e4, accepted: false)])
            let answer = try await rig.get(path, by: miner)
            #expect(answer.column("count", of: "buckets") == [2, 1, 0, 1, 0, 0, 1, 1])
            #expect(answer["total_shares"] == 6)
            #expect(
                answer.column("range", of: "buckets")
                    == ["1K-10K", "10K-100K", "100K-1M", "1M-10M", "10M-100M", "100M-1B", "1B-10B", "10B+"]
            )
            #expect(answer.column("label", of: "buckets") == ["1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B"])
            #expect(answer.column("range_min", of: "buckets").compactMap(\.doubleValue) == [0, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10])
            #expect(answer.column("range_max", of: "buckets").compactMap(\.doubleValue) == [1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10])
            #expect(answer.column("range_max", of: "buckets").last == .null)
        }
    }

    @Test("The last days count, today included; a new user sees eight zeros")
    func days() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let empty = try await rig.get(path, by: miner)
            #expect(empty.column("count", of: "buckets") == [0, 0, 0, 0, 0, 0, 0, 0] && empty["total_shares"] == 0)
            let midnight = UTCDay(containing: rig.clock.now).start
            try await rig.apply([
                rig.share(of: miner, 1, 100, at: midnight), rig.share(of: miner, 1, 100, at: midnight.adding(microseconds: -1)),
                rig.share(of: miner, 1, 100, at: midnight.adding(seconds: -29 * 86_400)),
                rig.share(of: miner, 1, 100, at: midnight.adding(seconds: -30 * 86_400)),
            ])
            for (query, total) in [("?days=1", 1), ("?days=2", 2), ("", 3), ("?days=31", 4), ("?days=90", 4)] as [(String, Int64)] {
                #expect(try await rig.get(path + query, by: miner)["total_shares"] == .integer(total), "\(query)")
            }
            for days in ["0", "91"] {
                #expect(try await rig.get(path + "?days=\(days)", by: miner).faults == ["days:out_of_range"])
            }
        }
    }
}
