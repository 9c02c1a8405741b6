import FeatureRig
import API
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Accounts

@Suite("Forgotten passwords")
struct ForgottenPasswordTests {
    private static let new = "N3w-lantern-gravel"

    /// Asks for a reset and takes the token out of the mail.
    private func token(_ rig: AccountsRig, _ server: TestMailServer) async throws -> String {
        #expect(try await rig.post("/forgot-password", ["email": "miner@example.com"]).status == 200)
        try await rig.sendMails()
        let mail = try #require(server.mails.map { ReceivedMail($0.content) }.last { $0.plain.contains("/auth/reset-password?") })
        return try #require(mail.token)
    }

    private func reset(_ rig: AccountsRig, _ token: String, _ password: String = new) async throws -> RigAnswer {
        try await rig.post("/reset-password", ["token": .string(token), "new_password": .string(password)])
    }

    @Test("known and unknown e-mails get the same answer and the same work: one queued row; one mail is sent")
    func uniform() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            _ = try await rig.account(try Wallet("forgot").address, email: "miner@example.com")
            let known = try await rig.post("/forgot-password", ["email": "MINER@example.com"])
            let unknown = try await rig.post("/forgot-password", ["email": "nobody@example.com"])
            #expect(known.status == 200 && known.text == #"{"status":"accepted"}"#)
            #expect(unknown.text == known.text && unknown.headers.map(\.name) == known.headers.map(\.name))
            let rows = try await rig.runtime.database.query("select recipient, user_id is null, params::text from email_outbox order by id")
            let queued = try rows.decode((String, Bool, String).self)
            #expect(queued.map(\.0) == ["miner@example.com", "nobody@example.com"])
            #expect(queued.allSatisfy { $0.1 && $0.2 == queued[0].2 })
            #expect(try await rig.number("select count(*) from audit_log") == 0)
            try await rig.sendMails()
            #expect(server.mails.map(\.recipient) == ["miner@example.com"])
        }
    }

    @Test("the link sets a password: all sessions end, the mailbox counts as confirmed, the owner is told")
    func done() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let session = try RigSession(try await rig.register())
            let token = try await token(rig, server)
            let weak = try await reset(rig, token, "weak")
            #expect(weak.status == 422 && weak.code == "password_too_weak" && weak.faults.first == "new_password:too_short")
            let named = try await reset(rig, token, "xMiner-Lantern7")
            #expect(named.faults == ["new_password:contains_identity"], "the rules know whose token it is")
            let answer = try await reset(rig, token)
            #expect(answer.status == 200 && answer.text == #"{"status":"password_reset_complete"}"#)
            #expect(try await rig.call(.get, AccountsRig.me, token: session.accessToken).status == 401)
            #expect(try await rig.post("/refresh", ["refresh_token": .string(session.refreshToken)]).code == "session_revoked")
            let again = try await reset(rig, token)
            #expect(again.status == 400 && again.code == "token_invalid")
            #expect(try await rig.logIn("miner@example.com").status == 401)
            let login = try await rig.logIn("miner@example.com", Self.new)
            #expect(login.status == 200 && login.bool("user.email_verified") == true)
            try await rig.sendMails()
            #expect(ReceivedMail(try #require(server.mails.last).content).subject == "Your password was changed")
            #expect(try await rig.number("select count(*) from audit_log where action = 'auth.password_reset'") == 1)
            #expect(try await rig.number("select count(*) from notifications where subtype = 'security'") == 1)
        }
    }

    @Test("an hour after the mail the link is dead, a moment before it is not", arguments: [(-1, 200), (0, 400)])
    func expiry(offset: Int, status: Int) async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            _ = try await rig.register()
            let token = try await token(rig, server)
            rig.clock.advance(milliseconds: 3_600_000 + Int64(offset))
            #expect(try await reset(rig, token).status == status)
        }
    }

    @Test("used twice at the same time, a link sets one password")
    func race() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            _ = try await rig.register()
            let token = try await token(rig, server)
            async let first = reset(rig, token, "N3w-lantern-gravel-1")
            async let second = reset(rig, token, "N3w-lantern-gravel-2")
            #expect(try await [first.status, second.status].sorted() == [200, 400])
            #expect(try await rig.number("select count(*) from audit_log where action = 'auth.password_reset'") == 1)
        }
    }

    @Test("a newer link kills the older one; unknown, foreign and malformed tokens are answered alike")
    func invalid() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let session = try RigSession(try await rig.register())
            let verification = try await {
                try await rig.sendMails()
                return try #require(ReceivedMail(server.mails[0].content).token)
            }()
            let old = try await token(rig, server)
            let new = try await token(rig, server)
            let dead = try await reset(rig, old)
            #expect(dead.status == 400)
            for text in [verification, MailToken(random: .seeded(3)).text, "x", String(repeating: "a", count: 128)] {
                #expect(try await reset(rig, text).text == dead.text)
            }
            #expect(try await rig.call(.get, AccountsRig.me, token: session.accessToken).status == 200)
            #expect(try await reset(rig, new).status == 200)
        }
    }

    @Test("a link is worth nothing once the account is taken over, banned or deleted", arguments: ["taken over", "banned", "deleted"])
    func gone(why: String) async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let wallet = try Wallet("gone")
            _ = try await rig.register(address: wallet.address)
            let token = try await token(rig, server)
            switch why {
            case "taken over":
                let (nonce, message) = try await rig.challenge(wallet)
                #expect(try await rig.verify(wallet, nonce: nonce, signature: try wallet.sign(message), ["takeover": true]).status == 200)
            case "banned": try await rig.runtime.database.execute("update users set is_banned = true")
            default: try await rig.runtime.database.execute("delete from users")
            }
            #expect(try await reset(rig, token).status == 400)
        }
    }

    @Test("a reset ends the lockout of whoever made it")
    func lockout() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            _ = try await rig.register()
            for _ in 0..<10 { _ = try await rig.logIn("miner@example.com", "Wr0ng-password") }
            #expect(try await rig.logIn("miner@example.com").status == 429)
            #expect(try await reset(rig, try await token(rig, server)).status == 200)
            #expect(try await rig.logIn("miner@example.com", Self.new).status == 200)
        }
    }

    @Test("at most three requests a minute for one e-mail from one network, five for all")
    func limits() async throws {
        try await AccountsRig.run(["RATE_LIMIT_SCALE": "1"]) { rig async throws in
            for _ in 0..<3 { #expect(try await rig.post("/forgot-password", ["email": "a@example.com"]).status == 200) }
            #expect(try await rig.post("/forgot-password", ["email": "A@example.com "]).code == "rate_limited")
            for _ in 0..<2 { #expect(try await rig.post("/forgot-password", ["email": "b@example.com"]).status == 200) }
            #expect(try await rig.post("/forgot-password", ["email": "c@example.com"]).code == "rate_limited")
        }
    }
}

@Suite("Changed passwords")
struct ChangePasswordTests {
    private static let new = "N3w-lantern-gravel"

    private func change(_ rig: AccountsRig, _ session: RigSession, _ current: String, _ new: String = new) async throws -> RigAnswer {
        try await rig.post(
            "/change-password",
            ["current_password": .string(current), "new_password": .string(new)],
            token: session.accessToken
        )
    }

    @Test("this session goes on with its refresh, all others end, the owner is told")
    func changed() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let session = try RigSession(try await rig.register())
            let other = try RigSession(try await rig.logIn("miner@example.com"))
            let answer = try await change(rig, session, AccountsRig.password)
            #expect(answer.status == 200 && answer.text == #"{"status":"password_changed"}"#)
            #expect(try await rig.post("/refresh", ["refresh_token": .string(other.refreshToken)]).code == "session_revoked")
            #expect(try await rig.call(.get, AccountsRig.me, token: session.accessToken).code == "session_revoked")
            let renewed = try await rig.post("/refresh", ["refresh_token": .string(session.refreshToken)])
            #expect(renewed.status == 200)
            #expect(try await rig.call(.get, AccountsRig.me, token: renewed.string("access_token")).status == 200)
            #expect(try await rig.logIn("miner@example.com").status == 401)
            #expect(try await rig.logIn("miner@example.com", Self.new).status == 200)
            try await rig.sendMails()
            #expect(server.mails.map { ReceivedMail($0.content).subject }.contains("Your password was changed"))
            #expect(
                try await rig.number("select count(*) from audit_log where action = 'auth.password_changed' and status = 'success'") == 1
            )
            #expect(try await rig.number("select count(*) from notifications where subtype = 'security'") == 1)
        }
    }

    @Test("a wrong, a weak, an unchanged password, and an account without one")
    func refusals() async throws {
        try await AccountsRig.run { rig async throws in
            let session = try RigSession(try await rig.register())
            let wrong = try await change(rig, session, "Wr0ng-password")
            #expect(wrong.status == 401 && wrong.code == "password_incorrect")
            let weak = try await change(rig, session, AccountsRig.password, "weak")
            #expect(weak.status == 422 && weak.code == "password_too_weak")
            let same = try await change(rig, session, AccountsRig.password, AccountsRig.password)
            #expect(same.status == 422 && same.code == "password_unchanged" && same.faults == ["new_password:password_unchanged"])
            let wallet = try await rig.signIn(try Wallet("no password"))
            #expect(try await change(rig, wallet, "x").code == "password_not_set")
            #expect(try await rig.post("/change-password", ["current_password": "x", "new_password": "y"]).status == 401)
            #expect(try await rig.call(.get, AccountsRig.me, token: session.accessToken).status == 200)
        }
    }

    @Test("ten wrong passwords within 15 minutes lock the change, for the user alone and also for the right one")
    func lockout() async throws {
        try await AccountsRig.run { rig async throws in
            let session = try RigSession(try await rig.register())
            let other = try RigSession(try await rig.register("other@example.com"))
            for _ in 0..<10 { #expect(try await change(rig, session, "Wr0ng-password").status == 401) }
            rig.clock.advance(milliseconds: 100_000)
            let locked = try await change(rig, session, AccountsRig.password)
            #expect(locked.status == 429 && locked.code == "account_locked" && locked.headers[.retryAfter] == "800")
            #expect(try await change(rig, other, AccountsRig.password).status == 200)
            #expect(try await rig.logIn("miner@example.com").status == 200, "signing in is another matter")
            rig.clock.advance(milliseconds: 800_000)
            #expect(try await change(rig, session, AccountsRig.password).status == 200)
        }
    }

    @Test("a change kills links to reset the password")
    func links() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let session = try RigSession(try await rig.register())
            #expect(try await rig.post("/forgot-password", ["email": "miner@example.com"]).status == 200)
            try await rig.sendMails()
            let token = try #require(server.mails.map { ReceivedMail($0.content) }.first { $0.subject == "Set a new password" }?.token)
            #expect(try await change(rig, session, AccountsRig.password).status == 200)
            #expect(try await rig.post("/reset-password", ["token": .string(token), "new_password": "An0ther-lantern"]).status == 400)
        }
    }
}
