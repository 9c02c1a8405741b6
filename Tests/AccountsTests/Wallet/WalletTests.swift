import FeatureRig
import API
import Bitcoin
import GameRules
import NIOCore
import LocalServers
import Platform
import Postgres
import Redis
import TestServers
import HTTPTypes
import Testing

@testable import Accounts

@Suite("Change of address over HTTP")
struct WalletTests {
    static let path = AccountsRig.me + "/wallet"
    static let other = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"

    /// Asks for a challenge and signs it.
    private static func proof(_ rig: AccountsRig, _ account: RigAccount, _ wallet: Wallet) async throws -> JSONObject {
        let challenge = try await rig.services.challenges.issue(
            purpose: .payout(account.user),
            address: wallet.signer.address,
            now: rig.clock.now
        )
        return [
            "btc_address": .string(wallet.address), "signature": .string(try wallet.sign(challenge.message)),
            "nonce": .string(challenge.nonce),
        ]
    }

    @Test("with a password no proof is needed; what spoke for the old address is taken back")
    func password() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("old"), email: "miner@example.com")
            let open: JSONObject = ["privacy": ["publicProfile": true, "showCountryFlag": false], "mining": ["coinbaseSignature": "me"]]
            #expect(try await rig.call(.patch, SettingsTests.path, open, token: account.token).status == 200)
            let answer = try await rig.call(.patch, Self.path, ["btc_address": .string(Self.other)], token: account.token)
            #expect(answer.status == 200)
            #expect(answer.json.objectValue?.map(\.name) == ["btc_address", "previous_address", "address_type", "warning"])
            #expect(answer.string("btc_address") == Self.other && answer.string("previous_address") == account.address)
            #expect(answer.string("address_type") == "p2pkh" && answer.string("warning")?.isEmpty == false)

            let profile = try await rig.call(.get, AccountsRig.me, token: account.token)
            #expect(profile.string("btc_address") == Self.other && profile.bool("is_verified") == false)
            let settings = try await rig.call(.get, SettingsTests.path, token: account.token)
            #expect(settings.bool("privacy.publicProfile") == false && settings.bool("privacy.showCountryFlag") == false)
            #expect(settings.string("mining.coinbaseSignature") == "")
            let rows = try await rig.runtime.database.query(
                "select old_address, new_address, proven, host(ip_address), changed_at from wallet_address_history"
            )
            let (old, new, proven, client, changed) = try #require(rows.first).decode((String, String, Bool, String, Instant).self)
            #expect(old == account.address && new == Self.other && !proven && client == AccountsRig.caller && changed == rig.clock.now)
            #expect(try await rig.number("select epoch from ownership_epoch") == 1)
            #expect(try await rig.number("select count(*) from notifications where subtype = 'security'") == 1)
            #expect(try await rig.number("select count(*) from audit_log where action = 'user.wallet_changed'") == 1)
            #expect(try await rig.number("select count(*) from audit_log where details::text like '%' || \(Self.other) || '%'") == 0)
            // The mailbox is not confirmed.
            #expect(try await rig.number("select count(*) from email_outbox") == 0)

            let again = try await rig.call(.patch, Self.path, ["btc_address": .string(" \(Self.other) ")], token: account.token)
            #expect(again.status == 409 && again.code == "wallet_unchanged")
        }
    }

    @Test("a confirmed mailbox is told, with shortened addresses")
    func mail() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("mail").address, email: "miner@example.com", isEmailVerified: true)
            #expect(try await rig.call(.patch, Self.path, ["btc_address": .string(Self.other)], token: account.token).status == 200)
            let rows = try await rig.runtime.database.query("select kind, recipient, params::text, state from email_outbox")
            let (kind, recipient, params, state) = try #require(rows.first).decode((String, String, String, String).self)
            #expect(kind == "wallet_changed" && recipient == "miner@example.com" && state == "pending")
            #expect(params.contains("1A1zP1eP…vfNa") && !params.contains(Self.other) && !params.contains(account.address))
        }
    }

    @Test("without a password the new address must be proven")
    func proof() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("wallet user"))
            let target = try Wallet("target", .p2tr)
            let bare = try await rig.call(.patch, Self.path, ["btc_address": .string(target.address)], token: account.token)
            #expect(bare.status == 403 && bare.code == "wallet_proof_required")
            let proof = try await Self.proof(rig, account, target)
            var wrong = proof
            wrong["signature"] = .string(try Wallet("target", .p2tr).sign("something else"))
            #expect(try await rig.call(.patch, Self.path, wrong, token: account.token).code == "signature_invalid")
            wrong = proof
            wrong["nonce"] = .string(String(repeating: "0", count: 32))
            #expect(try await rig.call(.patch, Self.path, wrong, token: account.token).code == "challenge_invalid")
            let answer = try await rig.call(.patch, Self.path, proof, token: account.token)
            #expect(answer.status == 200 && answer.string("address_type") == "p2tr")
            let profile = try await rig.call(.get, AccountsRig.me, token: account.token)
            #expect(profile.string("btc_address") == target.address && profile.bool("is_verified") == true)
            #expect(try await rig.number("select count(*) from wallet_address_history where proven") == 1)

            // Used up, also for somebody who moves back meanwhile.
            let back = try await Self.proof(rig, account, try Wallet("wallet user"))
            #expect(try await rig.call(.patch, Self.path, back, token: account.token).status == 200)
            let replay = try await rig.call(.patch, Self.path, proof, token: account.token)
            #expect(replay.status == 400 && replay.code == "challenge_invalid")
        }
    }

    @Test("a proof of another account or purpose is worth nothing")
    func foreignProof() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("mine"))
            let stranger = try await rig.account(try Wallet("stranger"))
            let target = try Wallet("target")
            let foreign = try await Self.proof(rig, stranger, target)
            #expect(try await rig.call(.patch, Self.path, foreign, token: account.token).code == "challenge_invalid")
            let login = try await rig.services.challenges.issue(purpose: .login, address: target.signer.address, now: rig.clock.now)
            let other: JSONObject = [
                "btc_address": .string(target.address), "signature": .string(try target.sign(login.message)), "nonce": .string(login.nonce),
            ]
            #expect(try await rig.call(.patch, Self.path, other, token: account.token).code == "challenge_invalid")
            #expect(try await rig.call(.patch, Self.path, foreign, token: stranger.token).status == 200)
        }
    }

    @Test("an address of another account, claimed or not, is refused, also under a race")
    func held() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("a"), email: "a@example.com")
            let second = try await rig.account(try Wallet("b"), email: "b@example.com")
            let held = try await rig.call(.patch, Self.path, ["btc_address": .string(second.address)], token: account.token)
            #expect(held.status == 409 && held.code == "wallet_address_in_use")
            async let one = rig.call(.patch, Self.path, ["btc_address": .string(Self.other)], token: account.token)
            async let two = rig.call(.patch, Self.path, ["btc_address": .string(Self.other)], token: second.token)
            let answers = try await [one, two]
            #expect(answers.map(\.status).sorted() == [200, 409])
            #expect(answers.contains { $0.code == "wallet_address_in_use" })
            #expect(try await rig.number("select count(*) from wallet_address_history") == 1)
        }
    }

    @Test("three changes in 24 hours, then 429")
    func limit() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("limited"), email: "l@example.com")
            for number in 0..<3 {
                let target = try Wallet("target \(number)")
                #expect(try await rig.call(.patch, Self.path, ["btc_address": .string(target.address)], token: account.token).status == 200)
                rig.clock.advance(milliseconds: 1000)
            }
            let refused = try await rig.call(.patch, Self.path, ["btc_address": .string(Self.other)], token: account.token)
            #expect(refused.status == 429 && refused.code == "wallet_change_limit" && refused.headers[.retryAfter] == "86397")
            rig.clock.advance(milliseconds: 86_397_000)
            let later = try await rig.session(of: account.user)
            #expect(try await rig.call(.patch, Self.path, ["btc_address": .string(Self.other)], token: later.token).status == 200)
        }
    }

    @Test(
        "texts that are no usable address are refused with their reason",
        arguments: [
            ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "address_invalid"),
            ("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "address_network_mismatch"),
            ("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "address_type_unsupported"),
        ]
    )
    func addresses(text: String, code: String) async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("addresses"), email: "x@example.com")
            let answer = try await rig.call(.patch, Self.path, ["btc_address": .string(text)], token: account.token)
            #expect(answer.status == 422 && answer.code == code)
        }
    }

    @Test("half a proof is a fault of the other half")
    func half() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("half"))
            let answer = try await rig.call(
                .patch,
                Self.path,
                ["btc_address": .string(Self.other), "signature": "x"],
                token: account.token
            )
            #expect(answer.status == 422 && answer.faults == ["nonce:required"])
        }
    }

    @Test("the old address is free: whoever signs in with it gets an account of their own")
    func freed() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("freed"), email: "f@example.com")
            #expect(try await rig.call(.patch, Self.path, ["btc_address": .string(Self.other)], token: account.token).status == 200)
            let owner = try await rig.account(try Wallet("freed"))
            #expect(owner.user != account.user)
        }
    }

    @Test("the change is published after its commit, and the principal of this node is read anew")
    func published() async throws {
        try await TestServers.withPrivateRedis { redis in
            try await withDatabase(template: TestRuntime.migrated) { database in
                try await AccountsRig.run(databaseURL: database.url, redisURL: try await redis.url()) { rig in
                    let listener = rig.runtime.redis.makeSubscriber()
                    try await listener.subscribe(["user:wallet_changed"])
                    let account = try await rig.account(try Wallet("published"), email: "p@example.com")
                    #expect(try await rig.call(.patch, Self.path, ["btc_address": .string(Self.other)], token: account.token).status == 200)
                    let message = await listener.messages.first { _ in true }
                    let payload = "{\"user_id\":\(account.user),\"old\":\"\(account.address)\",\"new\":\"\(Self.other)\"}"
                    #expect(message.map { String(buffer: $0.payload) } == payload)
                    #expect(try await rig.services.principals.account(account.user)?.address == Self.other)
                    await listener.close()
                }
            }
        }
    }
}
