import FeatureRig
import API
import GameRules
import Platform
import Postgres
import HTTPTypes
import Testing

@testable import Accounts

@Suite("Deletion of an account")
struct DeletionTests {
    @Test("everything of the user goes at once; the audit log keeps the id, blocks keep their height, the address is free")
    func deleted() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("deleted"))
            let key = try await APIKeyRequestTests.key(rig, account)
            #expect(try await rig.call(.get, AccountsRig.me, key: key).status == 200)
            #expect(
                try await rig.call(
                    .patch,
                    SettingsTests.path,
                    ["sound": ["volume": 1], "notifications": ["inApp": false]],
                    token: account.token
                ).status == 200
            )
            try await rig.runtime.database.execute(
                """
                insert into blocks (block_height, block_hash, user_id, btc_address, found_at, source, reward_btc)
                values (840000, 'hash', \(account.user), \(account.address), \(rig.clock.now), 'hosted', 3.125)
                """
            )
            let answer = try await rig.call(
                .delete,
                AccountsRig.me,
                ["confirm": .string(account.address.uppercased())],
                token: account.token
            )
            #expect(answer.status == 200 && answer.text == #"{"status":"deleted"}"#)
            #expect(try await rig.call(.get, AccountsRig.me, token: account.token).status == 401)
            #expect(try await rig.call(.get, AccountsRig.me, key: key).status == 401)
            for count in [
                "select count(*) from users", "select count(*) from refresh_tokens", "select count(*) from api_keys",
                "select count(*) from user_settings", "select count(*) from notification_preferences", "select count(*) from notifications",
            ] as [SQL] { #expect(try await rig.number(count) == 0, "\(count)") }
            #expect(try await rig.number("select block_height::bigint from blocks where user_id is null") == 840_000)
            #expect(try await rig.number("select user_id from audit_log where action = 'user.deleted'") == account.user.rawValue)
            #expect(try await rig.number("select epoch from ownership_epoch") == 1)
            let again = try await rig.account(try Wallet("deleted"))
            #expect(again.user != account.user)
        }
    }

    @Test("ten minutes after the sign-in it is too late")
    func stale() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("stale"))
            rig.clock.advance(milliseconds: 600_000)
            let late = try await rig.call(.delete, AccountsRig.me, ["confirm": .string(account.address)], token: account.token)
            #expect(late.status == 403 && late.code == "fresh_login_required")
            let fresh = try await rig.session(of: account.user)
            rig.clock.advance(milliseconds: 599_999)
            #expect(try await rig.call(.delete, AccountsRig.me, ["confirm": .string(account.address)], token: fresh.token).status == 200)
        }
    }

    @Test("another text than the account's own address confirms nothing", arguments: ["yes", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"])
    func unconfirmed(text: String) async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("unconfirmed"))
            let answer = try await rig.call(.delete, AccountsRig.me, ["confirm": .string(text)], token: account.token)
            #expect(answer.status == 422 && answer.faults == ["confirm:not_allowed"])
            #expect(try await rig.call(.delete, AccountsRig.me, token: account.token).faults == ["body:required"])
            #expect(try await rig.number("select count(*) from users") == 1)
        }
    }

    @Test("other features act first, in the same transaction; when one fails nothing happens")
    func observers() async throws {
        let departures = RecordedDepartures()
        try await AccountsRig.run(departures: [departures]) { rig in
            let account = try await rig.account(try Wallet("observed"))
            func delete() async throws -> RigAnswer {
                try await rig.call(.delete, AccountsRig.me, ["confirm": .string(account.address)], token: account.token)
            }
            departures.isRefusing = true
            #expect(try await delete().status == 500)
            #expect(try await rig.number("select count(*) from users") == 1 && departures.committed.isEmpty)
            departures.isRefusing = false
            #expect(try await delete().status == 200)
            #expect(departures.seen.map(\.account) == ["wallet", "wallet"], "the row was still there")
            #expect(departures.committed == [Departure(user: account.user, reason: .deletion, at: rig.clock.now)])
            #expect(try await rig.number("select count(*) from users") == 0)
        }
    }
}
