import FeatureRig
import API
import Foundation
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Mining

/// Blocks put into the table directly, as many as a test likes.
struct BlockFixture: Sendable {
    let rig: MiningRig

    /// A block; answers its id.
    /// - Parameter second: from the rig's clock.
    @discardableResult
    func add(
        _ height: Int,
        by miner: RigMiner? = nil,
        hash: String? = nil,
        status: String = "pending",
        rewardSatoshi: Int64? = 312_500_000,
        feesSatoshi: Int64? = nil,
        signature: String? = nil,
        second: Int64 = 0
    ) async throws -> Int64 {
        let hash = hash ?? String(repeating: "0", count: 48) + String(format: "%016x", height &* 64 &+ Int(second &+ 32))
        let rows = try await rig.runtime.database.query(
            """
            insert into blocks (block_height, block_hash, user_id, btc_address, reward_btc, fees_btc, difficulty, confirmations, found_at,
                                confirmed, status, coinbase_sig)
            values (\(Int32(height)), \(hash), \(miner?.user), \(miner?.address),
                    \(rewardSatoshi.map { PostgresNumeric(unscaled: $0, scale: 8) }),
                    \(feesSatoshi.map { PostgresNumeric(unscaled: $0, scale: 8) }),
                    \(1.5e14), \(Int32(status == "confirmed" ? 6 : 1)), \(rig.clock.now.adding(seconds: second)),
                    \(status == "confirmed"), \(status), \(signature))
            returning id
            """,
            access: .write
        )
        return try #require(try rows.value(Int64.self))
    }

    /// Many blocks by nobody, of which each three share an instant.
    func add(count: Int) async throws {
        try await rig.runtime.database.execute(
            """
            insert into blocks (block_height, block_hash, found_at)
            select 100000 + n, lpad(n::text, 64, '0'), \(rig.clock.now) - make_interval(hours => n / 3) from generate_series(1, \(Int32(count))) n
            """
        )
    }

    /// Something for a finder to celebrate; answers its id.
    func celebrate(_ block: Int64, by miner: RigMiner) async throws -> Int64 {
        let rows = try await rig.runtime.database.query(
            "insert into block_celebrations (block_id, user_id, created_at) values (\(block), \(miner.user), \(rig.clock.now)) returning id",
            access: .write
        )
        return try #require(try rows.value(Int64.self))
    }

    /// Sets profile and privacy over the API.
    func introduce(_ miner: RigMiner, name: String, country: String, privacy: JSONObject = [:]) async throws {
        let profile: JSONObject = ["display_name": .string(name), "country_code": .string(country)]
        let named = try await rig.call(.patch, "/api/v1/users/me", profile, token: miner.token)
        try #require(named.status == 200, "\(named.text)")
        let set = try await rig.call(.patch, "/api/v1/users/me/settings", ["privacy": .object(privacy)], token: miner.token)
        try #require(set.status == 200, "\(set.text)")
    }
}
