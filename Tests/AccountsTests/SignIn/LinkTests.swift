import FeatureRig
import API
import Bitcoin
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Accounts

@Suite("Linking a wallet")
struct LinkTests {
    /// An e-mail account that named an address, signed in.
    private func emailAccount(_ rig: AccountsRig, _ address: String) async throws -> (user: UserID, token: String) {
        let now = rig.clock.now
        let services = rig.services
        let (session, user) = try await rig.runtime.database.transaction { transaction in
            let rows = try await transaction.query(
                """
                insert into users (btc_address, email, password_hash, auth_method, created_at, updated_at)
                values (\(address), \(address + "@example.com"), 'hash', 'email', \(now), \(now)) returning id
                """
            )
            let user = try #require(try rows.value(UserID.self))
            return (try await services.sessions.open(for: user, method: .email, origin: .none, now: now, in: transaction), user)
        }
        let account = try #require(try await services.profiles.account(user))
        return (user, try await services.tokens.answer(session, account: account, at: now).accessToken)
    }

    private func link(_ rig: AccountsRig, _ wallet: Wallet, _ token: String, purpose: String = "link") async throws -> RigAnswer {
        let challenge = try await rig.call(
            .post,
            "/api/v1/auth/link-wallet/challenge",
            ["btc_address": .string(wallet.address), "purpose": .string(purpose)],
            token: token
        )
        try #require(challenge.status == 200, "\(challenge.text)")
        return try await rig.call(
            .post,
            "/api/v1/auth/link-wallet/verify",
            [
                "btc_address": .string(wallet.address), "nonce": .string(try #require(challenge.string("nonce"))),
                "signature": .string(try wallet.sign(try #require(challenge.string("message")))),
            ],
            token: token
        )
    }

    @Test("the proof of its own address verifies an e-mail account, which then signs in both ways")
    func ownAddress() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("own")
            let (user, token) = try await emailAccount(rig, wallet.address)
            let answer = try await link(rig, wallet, token)
            #expect(answer.status == 200 && answer.string("status") == "wallet_linked", "\(answer.text)")
            #expect(answer.string("auth_method") == "both" && answer.string("btc_address") == wallet.address)
            let profile = try #require(try await rig.services.profiles.profile(of: user))
            #expect(profile.isVerified && profile.authMethod == "both")
            #expect(try await rig.signIn(wallet).user == user)
            #expect(try await rig.number("select count(*) from audit_log where action = 'auth.wallet_linked'") == 1)
            #expect(try await rig.number("select count(*) from wallet_address_history") == 0)
        }
    }

    @Test("the proof of another address moves the account there, and its owners are looked up anew")
    func otherAddress() async throws {
        try await AccountsRig.run { rig in
            let (named, proven) = (try Wallet("named"), try Wallet("proven"))
            let (user, token) = try await emailAccount(rig, named.address)
            let epoch = try await rig.number("select epoch from ownership_epoch")
            let answer = try await link(rig, proven, token)
            #expect(answer.status == 200 && answer.string("btc_address") == proven.address, "\(answer.text)")
            #expect(try await rig.number("select count(*) from wallet_address_history where user_id = \(user)") == 1)
            #expect(try await rig.number("select epoch from ownership_epoch") == epoch + 1)
            #expect(try await rig.signIn(proven).user == user)
        }
    }

    @Test("a held address, a wallet account and a challenge of another purpose are refused")
    func refusals() async throws {
        try await AccountsRig.run { rig in
            let (mine, theirs) = (try Wallet("mine"), try Wallet("theirs"))
            let (_, token) = try await emailAccount(rig, mine.address)
            let holder = try await rig.signIn(theirs)
            #expect(try await link(rig, theirs, token).code == "wallet_address_in_use")
            #expect(try await link(rig, theirs, holder.accessToken).code == "wallet_link_not_applicable")
            let mixed = try await link(rig, mine, token, purpose: "payout")
            #expect(mixed.status == 400 && mixed.code == "challenge_invalid")
        }
    }
}
