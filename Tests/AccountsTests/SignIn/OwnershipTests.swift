import FeatureRig
import API
import Bitcoin
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Accounts

@Suite("Ownership of addresses")
struct OwnershipTests {
    @Test(
        "whoever proves an address owns it; only a password behind an unproven address asks for a confirmation",
        arguments: [
            (false, false, false, OwnershipDecision.signIn), (false, true, false, .signIn), (true, true, false, .signIn),
            (true, false, false, .claimedByEmail), (true, false, true, .takeOver), (true, true, true, .signIn),
        ]
    )
    func decision(hasPassword: Bool, isVerified: Bool, takesOver: Bool, expected: OwnershipDecision) {
        #expect(OwnershipDecision(hasPassword: hasPassword, isVerified: isVerified, takesOver: takesOver) == expected)
    }

    /// An account that registered an address by e-mail, as the registration would have left it.
    private func squatter(_ rig: AccountsRig, _ address: String, isVerified: Bool) async throws -> UserID {
        let now = rig.clock.now
        let rows = try await rig.runtime.database.query(
            """
            insert into users (btc_address, email, email_verified, password_hash, auth_method, display_name, display_name_normalized, bio,
                               avatar_url, is_verified, last_login, login_count, created_at, updated_at)
            values (\(address), 'squatter@example.com', true, 'hash', 'email', 'Squatter', 'squatter', 'bio', 'https://example.com/a',
                    \(isVerified), \(now), 1, \(now), \(now))
            returning id
            """,
            access: .write
        )
        return try #require(try rows.value(UserID.self))
    }

    @Test("an account with a password and a proven address signs in and can do both from then on")
    func bothMethods() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("both")
            let user = try await squatter(rig, wallet.address, isVerified: true)
            let session = try await rig.signIn(wallet)
            #expect(session.user == user)
            let profile = try #require(try await rig.services.profiles.profile(of: user))
            #expect(profile.authMethod == "both" && profile.email != nil && profile.hasPassword)
        }
    }

    @Test("an unproven registration gives way after a confirmation, with everything that was the registrant's")
    func takeover() async throws {
        let departures = RecordedDepartures()
        try await AccountsRig.run(departures: [departures]) { rig in
            let wallet = try Wallet("victim")
            let user = try await squatter(rig, wallet.address, isVerified: false)
            let now = rig.clock.now
            let services = rig.services
            let old = try await rig.runtime.database.transaction { transaction in
                try await transaction.pipeline([
                    "insert into user_settings (user_id, privacy, updated_at) values (\(user), '{\"showOnLeaderboard\":false}', \(now))",
                    "insert into notification_preferences (user_id, updated_at) values (\(user), \(now))",
                    """
                    insert into api_keys (id, user_id, key_prefix, key_hash, name, created_at)
                    values (gen_random_uuid(), \(user), 'sk-tbg-1234567', 'hash', 'key', \(now))
                    """,
                    """
                    insert into password_reset_tokens (id, user_id, token_hash, created_at, expires_at)
                    values (gen_random_uuid(), \(user), 'hash', \(now), \(now))
                    """,
                ])
                return try await services.sessions.open(for: user, method: .email, origin: .none, now: now, in: transaction)
            }
            let account = try #require(try await services.profiles.account(user))
            let oldAnswer = try await services.tokens.answer(old, account: account, at: now)
            let oldToken = oldAnswer.accessToken
            #expect(try await rig.call(.get, "/api/v1/auth/me", token: oldToken).status == 200)

            let (nonce, message) = try await rig.challenge(wallet)
            let refused = try await rig.verify(wallet, nonce: nonce, signature: try wallet.sign(message))
            #expect(refused.status == 409 && refused.code == "address_claimed_by_email")
            #expect(try await rig.call(.get, "/api/v1/auth/me", token: oldToken).status == 200)
            #expect(departures.seen.isEmpty)

            let (second, secondMessage) = try await rig.challenge(wallet)
            let answer = try await rig.verify(wallet, nonce: second, signature: try wallet.sign(secondMessage), ["takeover": true])
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.integer("user.id") == user.rawValue)
            #expect(answer["user.email"] == .null && answer["user.display_name"] == .null && answer["user.bio"] == .null)
            #expect(answer["user.avatar_url"] == .null && answer.bool("user.has_password") == false)
            #expect(answer.string("user.auth_method") == "wallet" && answer.bool("user.is_verified") == true)

            #expect(try await rig.call(.get, "/api/v1/auth/me", token: oldToken).code == "session_revoked")
            let refresh = try await rig.call(.post, "/api/v1/auth/refresh", ["refresh_token": .string(old.refreshToken.text)])
            #expect(refresh.code == "session_revoked")
            for table in ["user_settings", "notification_preferences", "api_keys", "password_reset_tokens"] {
                #expect(try await rig.number("select count(*) from \(identifier: table)") == 0, "\(table)")
            }
            #expect(try await rig.number("select count(*) from refresh_tokens where revoke_reason = 'takeover'") == 1)
            #expect(try await rig.number("select count(*) from email_outbox where kind = 'account_claimed'") == 1)
            #expect(try await rig.number("select count(*) from audit_log where action = 'auth.account_claimed'") == 1)
            // What the registrant shared with others, such as a place in a cooperative, is for other features.
            let departure = Departure(user: user, reason: .takeover, at: rig.clock.now)
            #expect(departures.seen == [.init(departure: departure, account: "email")] && departures.committed == [departure])
        }
    }

    @Test("a takeover that another feature fails changes nothing, and the owner tries again with another signature")
    func failedTakeover() async throws {
        let departures = RecordedDepartures()
        try await AccountsRig.run(departures: [departures]) { rig in
            let wallet = try Wallet("failing")
            let user = try await squatter(rig, wallet.address, isVerified: false)
            func takeOver() async throws -> RigAnswer {
                let (nonce, message) = try await rig.challenge(wallet)
                return try await rig.verify(wallet, nonce: nonce, signature: try wallet.sign(message), ["takeover": true])
            }
            departures.isRefusing = true
            #expect(try await takeOver().status == 500)
            #expect(try await rig.services.profiles.profile(of: user)?.email == "squatter@example.com" && departures.committed.isEmpty)
            departures.isRefusing = false
            #expect(try await takeOver().status == 200)
            #expect(try await rig.services.profiles.profile(of: user)?.email == nil)
        }
    }

    @Test("of a registration and a first sign-in with one address at once, either is first, and the owner has the address in the end")
    func race() async throws {
        try await AccountsRig.run { rig in
            for round in 0..<6 {
                let wallet = try Wallet("race \(round)")
                let (nonce, message) = try await rig.challenge(wallet)
                async let registered = rig.register("race\(round)@example.com", address: wallet.address)
                async let proven = rig.verify(wallet, nonce: nonce, signature: try wallet.sign(message))
                let (registration, proof) = try await (registered, proven)
                #expect(try await rig.number("select count(*) from users where btc_address = \(wallet.address)") == 1)
                if registration.status == 200 {
                    #expect(proof.status == 409 && proof.code == "address_claimed_by_email", "\(proof.text)")
                    let (second, words) = try await rig.challenge(wallet)
                    let taken = try await rig.verify(wallet, nonce: second, signature: try wallet.sign(words), ["takeover": true])
                    #expect(taken.status == 200 && taken.integer("user.id") == registration.integer("user.id"))
                } else {
                    #expect(registration.status == 409 && registration.code == "wallet_address_in_use", "\(registration.text)")
                    #expect(proof.status == 200)
                }
            }
        }
    }
}
