import FeatureRig
import API
import GameRules
import HTTPTypes
import Platform
import Postgres

@testable import Mining

extension MiningRig {
    /// A stored snapshot.
    /// - Parameters:
    ///   - worker: nil for the row of the user.
    ///   - hashrate: over one and five minutes, H/s; the hour's and the day's are twice and three times as much.
    func keep(_ hashrate: Double, of miner: RigMiner, worker: String? = nil, at time: Instant) async throws {
        try await execute(
            """
            insert into hashrate_snapshots (time, user_id, worker_name, hashrate_1m, hashrate_5m, hashrate_1h, hashrate_24h)
            values (\(time), \(miner.user), \(worker ?? SnapshotStore.allWorkers), \(hashrate), \(hashrate), \(2 * hashrate), \(3 * hashrate))
            """
        )
    }

    /// One number of the database.
    func number(_ sql: SQL) async throws -> Double? { try await runtime.database.query(sql).value(Double?.self) ?? nil }

    /// One text of the database.
    func text(_ sql: SQL) async throws -> String? { try await runtime.database.query(sql).value(String?.self) ?? nil }
}

extension MiningAnswer {
    /// The hashrates of a chart's points.
    var hashrates: [Double] { column("hashrate", of: "points").compactMap(\.doubleValue) }
    /// The instants of a chart's points.
    var times: [String] { column("time", of: "points").compactMap(\.stringValue) }
}
