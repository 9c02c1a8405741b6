import FeatureRig
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Testing

@testable import Mining

/// Who is let in to the mining API (spec 03 §1, §7).
@Suite("Gate of the mining API")
struct MiningGateTests {
    private static let paths = [
        "/blocks", "/celebrations/pending", "/network/difficulty", "/network/blocks", "/luck", "/summary",
    ].map { "/api/v1/mining" + $0 }

    @Test("A new user has answers everywhere, a key that may read as well; nobody else has any")
    func callers() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            let unverified = try await rig.miner("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", isVerified: false)
            let reading = try await rig.key(of: miner, scopes: ["read"])
            let banned = try await rig.miner("bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3")
            try await rig.runtime.database.execute("update users set is_banned = true where id = \(banned.user)")
            for path in Self.paths {
                let answer = try await rig.get(path, by: miner)
                #expect(answer.status == 200 && answer.headers[.cacheControl] == "private, no-store", "\(path)")
                #expect(try await rig.get(path, by: unverified).status == 200, "\(path)")
                #expect(try await rig.call(.get, path, key: reading).status == 200, "\(path)")
                let refused = try await rig.get(path, by: banned)
                #expect(refused.status == 403 && refused.code == "account_banned", "\(path): \(refused.text)")
                #expect(try await rig.call(.get, path).code == "unauthorized", "\(path)")
                #expect(try await rig.call(.get, path, token: "x").status == 401, "\(path)")
            }
        }
    }
}
