import FeatureRig
import API
import Accounts
import Foundation
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Redis
import Testing

@testable import Mining

/// Who may read mining data, for the rooms of this folder's tests at once; every route by itself is in the tests of the whole table.
@Suite("Doors of the mining API")
struct MiningDoorTests {
    static let paths = [
        "workers", "workers/rig1", "shares", "shares/stats", "difficulty/bests", "difficulty/scatter", "difficulty/distribution",
        "difficulty/percentile", "workers/rig1/hashrate", "hashrate", "hashrate/chart", "uptime",
    ]

    @Test("Nobody, a bad token, a key without the scope and a banned user are turned away; a key that may read is let in")
    func doors() async throws {
        try await MiningRig.run { rig in
            let miner = try await rig.miner()
            try await rig.apply([rig.share(of: miner)])
            let key = try await rig.key(of: miner, scopes: ["read"])
            for path in Self.paths.map({ "/api/v1/mining/" + $0 }) {
                #expect(try await rig.call(.get, path).status == 401, "\(path)")
                #expect(try await rig.call(.get, path, token: "x").status == 401, "\(path)")
                let answer = try await rig.call(.get, path, key: key)
                #expect(answer.status == 200, "\(path): \(answer.text)")
                #expect(answer.headers[.cacheControl] == "private, no-store", "\(path)")
                #expect(try await rig.call(.head, path, token: miner.token).status == 200, "\(path)")
            }
            _ = try await rig.accounts.administration.ban(miner.user, at: rig.clock.now)
            for path in Self.paths {
                let answer = try await rig.get("/api/v1/mining/" + path, by: miner)
                #expect(answer.status == 403 || answer.status == 401, "\(path): \(answer.status)")
            }
        }
    }
}
