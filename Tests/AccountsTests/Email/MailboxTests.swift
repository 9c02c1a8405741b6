import FeatureRig
import API
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Accounts

@Suite("Confirming a mailbox")
struct MailboxTests {
    /// Registers and takes the token out of the mail.
    private func registered(_ rig: AccountsRig, _ server: TestMailServer) async throws -> (RigSession, String) {
        let session = try RigSession(try await rig.register())
        try await rig.sendMails()
        let mail = ReceivedMail(try #require(server.mails.last).content)
        #expect(mail.subject == "Welcome to The Bitcoin Game")
        #expect(mail.plain.contains("https://game.example/auth/verify-email?token="))
        return (session, try #require(mail.token))
    }

    @Test("the link of the mail confirms it, once")
    func confirmed() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let (session, token) = try await registered(rig, server)
            let answer = try await rig.post("/verify-email", ["token": .string(token)])
            #expect(answer.status == 200 && answer.text == #"{"status":"email_verified"}"#)
            #expect(try await rig.call(.get, AccountsRig.me, token: session.accessToken).bool("email_verified") == true)
            let again = try await rig.post("/verify-email", ["token": .string(token)])
            #expect(again.status == 400 && again.code == "token_invalid")
            let unknown = try await rig.post("/verify-email", ["token": .string(MailToken(random: .seeded(9)).text)])
            let nonsense = try await rig.post("/verify-email", ["token": "x"])
            #expect(unknown.text == again.text && nonsense.text == again.text, "one text for every cause")
            #expect(try await rig.number("select count(*) from audit_log where action = 'auth.email_verified'") == 1)
        }
    }

    @Test("24 hours after the mail the link is dead, a moment before it is not", arguments: [(-1, 200), (0, 400)])
    func expiry(offset: Int, status: Int) async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let (_, token) = try await registered(rig, server)
            rig.clock.advance(milliseconds: 86_400_000 + Int64(offset))
            #expect(try await rig.post("/verify-email", ["token": .string(token)]).status == status)
        }
    }

    @Test("used twice at the same time, a link confirms once")
    func race() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let (_, token) = try await registered(rig, server)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 { group.addTask { try await rig.post("/verify-email", ["token": .string(token)]).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 200 } == 1 && statuses.count { $0 == 400 } == 7)
        }
    }

    @Test("another mail may be had every five minutes; earlier links die with it")
    func resend() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let (session, token) = try await registered(rig, server)
            let answer = try await rig.post("/resend-verification", token: session.accessToken)
            #expect(answer.status == 200 && answer.text == #"{"status":"verification_email_sent"}"#)
            rig.clock.advance(milliseconds: 100_000)
            let soon = try await rig.post("/resend-verification", token: session.accessToken)
            #expect(soon.status == 429 && soon.code == "resend_cooldown" && soon.headers[.retryAfter] == "200")
            try await rig.sendMails()
            #expect(server.mails.count == 2)
            #expect(try await rig.post("/verify-email", ["token": .string(token)]).status == 400)
            rig.clock.advance(milliseconds: 200_000)
            #expect(try await rig.post("/resend-verification", token: session.accessToken).status == 200)
            let newest = try #require(ReceivedMail(server.mails[1].content).token)
            #expect(try await rig.post("/verify-email", ["token": .string(newest)]).status == 200)
            #expect(try await rig.post("/resend-verification", token: session.accessToken).code == "email_already_verified")
        }
    }

    @Test("an account without e-mail has nothing to confirm, and a stranger nothing to ask")
    func refusals() async throws {
        try await AccountsRig.run { rig async throws in
            let wallet = try await rig.signIn(try Wallet("no mail"))
            #expect(try await rig.post("/resend-verification", token: wallet.accessToken).code == "email_not_set")
            #expect(try await rig.post("/resend-verification").status == 401)
        }
    }

    @Test("the token of an account that was deleted confirms nothing")
    func deleted() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let (_, token) = try await registered(rig, server)
            try await rig.runtime.database.execute("delete from users")
            #expect(try await rig.post("/verify-email", ["token": .string(token)]).status == 400)
        }
    }

    @Test("where sign-in by e-mail is not offered, all seven routes answer 404 whatever is sent")
    func disabled() async throws {
        try await AccountsRig.run(["EMAIL_AUTH_ENABLED": "false"]) { rig async throws in
            for route in [
                "register", "login", "verify-email", "resend-verification", "forgot-password", "reset-password", "change-password",
            ] {
                let answer = try await rig.post("/\(route)", ["email": 1])
                #expect(answer.status == 404 && answer.code == "feature_disabled", "\(route)")
            }
            _ = try await rig.signIn(try Wallet("without mail"))
        }
    }
}
