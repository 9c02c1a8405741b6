import FeatureRig
import API
import GameRules
import HTTPTypes
import NIOCore
import Platform
import Postgres
import Testing

@testable import Accounts

@Suite("Public profiles")
struct PublicProfileTests {
    private static func path(_ address: String) -> String { "/api/v1/users/\(address)" }
    private static let requestID = HTTPField.Name("X-Request-Id")

    /// A look-up with a request id of its own, so that whole bodies can be compared.
    private static func look(_ rig: AccountsRig, _ address: String) async throws -> RigAnswer {
        try await rig.call(.get, path(address), headers: [try #require(requestID): "same-request"])
    }

    @Test("a profile is private until its user opts in, and then shows what was chosen")
    func optIn() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("opt in"))
            #expect(try await Self.look(rig, account.address).status == 404)
            let open: JSONObject = ["privacy": ["publicProfile": true]]
            #expect(try await rig.call(.patch, SettingsTests.path, open, token: account.token).status == 200)
            let bare = try await Self.look(rig, account.address)
            #expect(bare.status == 200 && bare.headers[.cacheControl] == "public, max-age=60")
            #expect(
                bare.json.objectValue?.map(\.name) == [
                    "btc_address", "display_name", "country_code", "avatar_url", "bio", "is_verified", "created_at",
                ]
            )
            #expect(bare.string("display_name") == "Miner-\(account.user)" && bare["country_code"] == .null)
            #expect(bare.string("created_at") == "2026-03-15T00:00:00.000Z")

            let named: JSONObject = ["display_name": "Satoshi Hunter", "country_code": "pt", "bio": "hi"]
            #expect(try await rig.call(.patch, AccountsRig.me, named, token: account.token).status == 200)
            let full = try await Self.look(rig, account.address)
            #expect(full.string("display_name") == "Satoshi Hunter" && full.string("country_code") == "PT" && full.string("bio") == "hi")
            let hidden: JSONObject = ["privacy": ["showCountryFlag": false]]
            #expect(try await rig.call(.patch, SettingsTests.path, hidden, token: account.token).status == 200)
            #expect(try await Self.look(rig, account.address)["country_code"] == .null)
        }
    }

    @Test("bech32 in capitals names the same user")
    func capitals() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("capitals"))
            #expect(
                try await rig.call(.patch, SettingsTests.path, ["privacy": ["publicProfile": true]], token: account.token).status == 200
            )
            let lower = try await Self.look(rig, account.address)
            #expect(lower.status == 200)
            #expect(try await Self.look(rig, account.address.uppercased()).bytes == lower.bytes)
        }
    }

    @Test("private, unknown and banned users and texts that are no address get one and the same answer")
    func indistinguishable() async throws {
        try await AccountsRig.run { rig in
            let hidden = try await rig.account(try Wallet("private"))
            let banned = try await rig.account(try Wallet("banned"))
            #expect(try await rig.call(.patch, SettingsTests.path, ["privacy": ["publicProfile": true]], token: banned.token).status == 200)
            try await rig.runtime.database.execute("update users set is_banned = true where id = \(banned.user)")
            let reference = try await Self.look(rig, try Wallet("unknown").address)
            #expect(reference.status == 404 && reference.code == "user_not_found")
            let mixed = hidden.address.prefix(5).uppercased() + hidden.address.dropFirst(5)
            for text in [
                hidden.address, banned.address, mixed, "nonsense", "1", "bc1q", "%00", "%FF", "%20", "a%E2%80%8Bb",
                "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
                "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", String(repeating: "q", count: 5000),
            ] {
                let answer = try await Self.look(rig, text)
                #expect(answer.status == 404 && answer.bytes == reference.bytes, "\(text)")
                #expect(
                    answer.headers.filter { !$0.name.rawName.hasPrefix("X-RateLimit") }
                        == reference.headers.filter { !$0.name.rawName.hasPrefix("X-RateLimit") }
                )
            }
        }
    }

    @Test("the look-up is by the index of addresses")
    func indexed() async throws {
        try await AccountsRig.run { rig in
            let plan = try await rig.runtime.database.transaction { transaction in
                try await transaction.execute("set local enable_seqscan = off")
                return try await transaction.query("explain \(sql: PublicGate.select("x"))").map { try String(postgres: $0[0]) }
            }
            #expect(plan.contains { $0.contains("users_address_key") } && !plan.contains { $0.contains("Seq Scan on users") }, "\(plan)")
        }
    }
}
