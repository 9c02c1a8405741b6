import FeatureRig
import API
import Bitcoin
import Foundation
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Accounts

/// The published messages and signatures through the whole flow (spec 02 §16.2).
@Suite("Golden sign-in")
struct GoldenSignInTests {
    struct File: Decodable { let vectors: [Row] }

    struct Row: Decodable, Sendable {
        let network: String
        let address: String
        let nonce: String
        let message: String
        let signatures: [String: String]
    }

    @Test(
        "every golden challenge is issued letter by letter, and each of its signatures signs in once",
        arguments: ["mainnet", "testnet", "signet", "regtest"]
    )
    func everySignature(network: String) async throws {
        let rows = try TestVectors.load("login", as: File.self).vectors.filter {
            $0.network == network && $0.message.contains(" | sign-in | ")
        }
        let chance = ScriptedRandom()
        try await AccountsRig.run(["BTC_NETWORK": network], random: chance.source) { rig in
            for row in rows {
                for (form, signature) in row.signatures.sorted(by: { $0.key < $1.key }) {
                    chance.push(try #require(Hex.decode(row.nonce)))
                    let challenge = try await rig.call(.post, "/api/v1/auth/challenge", ["btc_address": .string(row.address)])
                    #expect(challenge.string("message") == row.message)
                    #expect(challenge.string("nonce") == row.nonce)
                    #expect(challenge.integer("expires_in") == 300)
                    let body: JSONObject = [
                        "btc_address": .string(row.address), "signature": .string(signature), "nonce": .string(row.nonce),
                    ]
                    let answer = try await rig.call(.post, "/api/v1/auth/verify", body)
                    #expect(answer.status == 200, "\(row.address) \(form) \(answer.text)")
                    let session = try RigSession(answer)
                    let claims = try await rig.services.verifier.verify(session.accessToken, at: rig.clock.now)
                    #expect(claims.sub == session.user.description)
                    #expect(answer.string("user.btc_address") == row.address)
                    #expect(answer.bool("user.is_verified") == true)
                    #expect(answer.bool("is_new_user") == true)

                    let again = try await rig.call(.post, "/api/v1/auth/verify", body)
                    #expect(again.status == 400 && again.code == "challenge_invalid")
                    try await rig.runtime.database.execute("delete from users")
                }
            }
        }
    }

    @Test("the golden messages of a signed-in account are issued letter by letter, and each signature proves its address once")
    func signedInPurposes() async throws {
        let rows = try TestVectors.load("login", as: File.self).vectors.filter { $0.message.contains(" account 42 | ") }
        #expect(!rows.isEmpty)
        let chance = ScriptedRandom()
        try await AccountsRig.run(random: chance.source) { rig in
            let challenges = rig.services.challenges
            for row in rows {
                let address = try BitcoinAddress(parsing: row.address, network: .mainnet)
                func purpose(_ user: UserID) -> ChallengePurpose { row.message.contains("| payout-address") ? .payout(user) : .link(user) }
                for signature in row.signatures.values {
                    chance.push(try #require(Hex.decode(row.nonce)))
                    let challenge = try await challenges.issue(purpose: purpose(UserID(42)), address: address, now: rig.clock.now)
                    #expect(challenge.message == row.message)
                    for (user, isGood) in [(UserID(43), false), (UserID(42), true), (UserID(42), false)] {
                        let proof = try? await challenges.verify(
                            purpose: purpose(user),
                            address: address,
                            nonce: challenge.nonce,
                            signature: signature,
                            now: rig.clock.now,
                            origin: .none
                        )
                        #expect((proof != nil) == isGood)
                        if let proof { try await challenges.spend(proof) }
                    }
                }
            }
        }
    }

    @Test("there are golden rows for every network")
    func rows() throws {
        let rows = try TestVectors.load("login", as: File.self).vectors
        #expect(Set(rows.map(\.network)) == ["mainnet", "testnet", "signet", "regtest"])
    }
}
