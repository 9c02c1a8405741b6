import FeatureRig
import API
import Bitcoin
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Accounts

/// What operators do to accounts (spec 02 §1; 11 §1).
@Suite("Administration of accounts")
struct AdministrationTests {
    private func audited(_ rig: AccountsRig, _ action: String) async throws -> [String] {
        try await rig.runtime.database.query(
            "select actor_type || ' ' || resource_type || ' ' || resource_id from audit_log where action = \(action) order by id"
        ).decode(String.self)
    }

    @Test("a ban ends every session and refuses the key at once, is recorded, and lets other features act first")
    func ban() async throws {
        let departures = RecordedDepartures()
        try await AccountsRig.run(departures: [departures]) { rig in
            let account = try await rig.account(try Wallet("banned"))
            let key = try await APIKeyRequestTests.key(rig, account)
            let administration = rig.services.administration
            let departure = Departure(user: account.user, reason: .ban, at: rig.clock.now)

            departures.isRefusing = true
            await #expect(throws: RecordedDepartures.Refusal.self) { try await administration.ban(account.user, at: rig.clock.now) }
            #expect(try await rig.call(.get, AccountsRig.me, token: account.token).status == 200, "nothing has happened")
            #expect(departures.committed.isEmpty)
            departures.isRefusing = false

            #expect(try await administration.ban(account.user, reason: "cheating", at: rig.clock.now))
            #expect(departures.seen.map(\.account) == ["wallet", "wallet"] && departures.committed == [departure])
            #expect(try await rig.call(.get, AccountsRig.me, token: account.token).code == "account_banned")
            #expect(try await rig.call(.get, AccountsRig.me, key: key).code == "account_banned")
            #expect(try await rig.number("select count(*) from refresh_tokens where revoke_reason = 'ban'") == 1)
            #expect(try await rig.number("select count(*) from users where ban_reason = 'cheating' and banned_at = \(rig.clock.now)") == 1)
            #expect(try await audited(rig, "user.banned") == ["admin user \(account.user)"])

            #expect(departures.pardoned.isEmpty)
            #expect(try await administration.unban(account.user, at: rig.clock.now))
            #expect(departures.pardoned == [account.user])
            #expect(try await audited(rig, "user.unbanned") == ["admin user \(account.user)"])
            #expect(try await rig.call(.get, AccountsRig.me, token: account.token).code == "session_revoked", "the old session stays dead")
            #expect(try await rig.call(.get, AccountsRig.me, key: key).status == 200)
        }
    }

    @Test("an administrator is made and unmade by the address, effective at once")
    func administrators() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("admin")
            let account = try await rig.account(wallet)
            func isAdmin() async throws -> Bool? {
                try await rig.call(.get, "/api/v1/auth/me", token: account.token).bool("is_admin")
            }
            #expect(try await isAdmin() == false)
            #expect(try await rig.services.administration.setAdmin(true, address: wallet.signer.address, at: rig.clock.now))
            #expect(try await isAdmin() == true)
            #expect(try await rig.services.administration.setAdmin(false, address: wallet.signer.address, at: rig.clock.now))
            #expect(try await isAdmin() == false)
            #expect(try await audited(rig, "admin.granted").count == 1)
            #expect(try await audited(rig, "admin.revoked").count == 1)
        }
    }

    @Test("nobody is told of what nobody has")
    func unknown() async throws {
        try await AccountsRig.run { rig async throws in
            let administration = rig.services.administration
            #expect(try await !administration.ban(UserID(404), at: rig.clock.now))
            #expect(try await !administration.unban(UserID(404), at: rig.clock.now))
            #expect(try await !administration.setAdmin(true, address: try Wallet("nobody").signer.address, at: rig.clock.now))
            #expect(try await rig.number("select count(*) from audit_log") == 0)
        }
    }
}
