import FeatureRig
import API
import GameRules
import Logging
import Platform
import Postgres
import ServiceLifecycle
import Testing

@testable import Accounts

@Suite("Mail sender")
struct MailSenderTests {
    @Test("a queued mail goes out once, with a token made for it of which only the hash is stored")
    func sent() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let account = try await rig.account(try Wallet("sent").address, email: "miner@example.com")
            try await rig.queue(.welcome, to: "miner@example.com", user: account.user)
            #expect(try await rig.number("select count(*) from email_verification_tokens") == 0, "no secret rests in the queue")
            try await rig.sendMails()
            try await rig.sendMails()
            #expect(server.mails.count == 1)
            let mail = ReceivedMail(try #require(server.mails.first).content)
            #expect(server.mails.first?.recipient == "miner@example.com" && mail.values("to") == ["<miner@example.com>"])
            #expect(mail.values("from") == ["\"The Bitcoin Game\" <noreply@game.example>"])
            #expect(mail.values("date") == [MailMessage.dateText(rig.clock.now)])
            let text = try #require(mail.token)
            let token = try #require(MailToken(text))
            #expect(mail.html.contains(token.text))
            #expect(
                try await rig.number(
                    """
                    select count(*) from email_verification_tokens where token_hash = \(token.hash)
                    and expires_at = \(rig.clock.now.adding(seconds: 86_400))
                    """
                ) == 1
            )
            #expect(try await rig.text("select state from email_outbox") == "sent")
        }
    }

    @Test("a mail the server does not take now is tried again after 1, 5 and 25 minutes and then given up; each try has a token of its own")
    func retries() async throws {
        let busy = TestMailServer.Options(answer: { $0 == "." ? "451 later" : nil })
        try await AccountsRig.runWithMail(server: busy) { rig, server async throws in
            let account = try await rig.account(try Wallet("retry").address, email: "miner@example.com")
            try await rig.queue(.verifyEmail, to: "miner@example.com", user: account.user)
            for (attempt, wait) in [60, 300, 1500].enumerated() {
                try await rig.sendMails()
                #expect(try await rig.number("select attempts::bigint from email_outbox where state = 'pending'") == Int64(attempt + 1))
                rig.clock.advance(milliseconds: Int64(wait) * 1000 - 1)
                try await rig.sendMails()
                #expect(server.commands.count { $0 == "DATA" } == attempt + 1, "not before its time")
                rig.clock.advance(milliseconds: 1)
            }
            try await rig.sendMails()
            #expect(server.commands.count { $0 == "DATA" } == 4)
            #expect(try await rig.text("select state from email_outbox") == "failed")
            #expect(try await rig.number("select count(*) from email_outbox where finished_at is not null") == 1)
            #expect(try await rig.number("select count(*) from email_verification_tokens") == 1, "the newest replaces the others")
        }
    }

    @Test("a mailbox that does not exist is not tried again")
    func rejected() async throws {
        try await AccountsRig.runWithMail(server: .init(answer: { $0.hasPrefix("RCPT") ? "550 unknown" : nil })) { rig, _ in
            let account = try await rig.account(try Wallet("rejected").address, email: "miner@example.com")
            try await rig.queue(.verifyEmail, to: "miner@example.com", user: account.user)
            try await rig.sendMails()
            #expect(try await rig.text("select state || attempts from email_outbox") == "failed1")
        }
    }

    @Test("workers side by side send each mail once, more than a batch of them")
    func workers() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let account = try await rig.account(try Wallet("many").address, email: "miner@example.com", isEmailVerified: true)
            for _ in 0..<45 { try await rig.queue(.passwordChanged, to: "miner@example.com", user: account.user) }
            async let first: Void = rig.sendMails()
            async let second: Void = rig.sendMails()
            async let third: Void = rig.sendMails()
            _ = try await (first, second, third)
            #expect(server.mails.count == 45)
            #expect(Set(server.mails.map { ReceivedMail($0.content).values("message-id").first }).count == 45)
            #expect(try await rig.number("select count(*) from email_outbox where state = 'sent' and attempts = 1") == 45)
        }
    }

    @Test("what a worker died over is sent when its lease ends")
    func crashed() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let account = try await rig.account(try Wallet("crash").address, email: "miner@example.com", isEmailVerified: true)
            try await rig.queue(.passwordChanged, to: "miner@example.com", user: account.user)
            _ = try await rig.runtime.database.query(
                OutboxStore.claim(atMost: 1, leaseSeconds: MailSender.leaseSeconds, at: rig.clock.now),
                access: .write
            )
            try await rig.sendMails()
            #expect(server.mails.isEmpty)
            rig.clock.advance(milliseconds: MailSender.leaseSeconds * 1000)
            try await rig.sendMails()
            #expect(server.mails.count == 1)
        }
    }

    @Test("five mails an hour to one mailbox, whatever asks for them; warnings to a confirmed mailbox are beyond the budget")
    func budget() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let account = try await rig.account(try Wallet("budget").address, email: "miner@example.com", isEmailVerified: true)
            for _ in 0..<7 { try await rig.queue(.passwordReset(address: nil), to: "miner@example.com", user: nil) }
            try await rig.sendMails()
            #expect(server.mails.count == 5)
            #expect(try await rig.number("select count(*) from email_outbox where state = 'skipped'") == 2)
            try await rig.queue(.passwordChanged, to: "miner@example.com", user: account.user)
            try await rig.queue(.walletChanged(old: "a", new: "b"), to: "miner@example.com", user: account.user)
            try await rig.queue(.accountClaimed, to: "miner@example.com", user: nil)
            try await rig.sendMails()
            #expect(server.mails.count == 8)
            rig.clock.advance(milliseconds: 3_600_000)
            try await rig.queue(.passwordReset(address: nil), to: "miner@example.com", user: nil)
            try await rig.sendMails()
            #expect(server.mails.count == 9)
        }
    }

    @Test("a stranger's mailbox is not flooded with warnings either")
    func unconfirmedBudget() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let account = try await rig.account(try Wallet("flood").address, email: "victim@example.com")
            for _ in 0..<7 { try await rig.queue(.passwordChanged, to: "victim@example.com", user: account.user) }
            try await rig.sendMails()
            #expect(server.mails.count == 5)
        }
    }

    @Test("a password reset is mailed only to an account that has a password and is not banned")
    func resetRecipients() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            _ = try await rig.account(try Wallet("good").address, email: "good@example.com")
            let banned = try await rig.account(try Wallet("banned").address, email: "banned@example.com")
            try await rig.runtime.database.execute("update users set is_banned = true where id = \(banned.user)")
            for mailbox in ["good@example.com", "banned@example.com", "nobody@example.com"] {
                try await rig.queue(.passwordReset(address: AccountsRig.caller), to: mailbox, user: nil)
            }
            try await rig.sendMails()
            #expect(server.mails.map(\.recipient) == ["good@example.com"])
            #expect(try await rig.number("select count(*) from email_outbox where state = 'skipped'") == 2)
            #expect(try await rig.text("select host(ip_address) from password_reset_tokens") == AccountsRig.caller)
        }
    }

    @Test("the bell wakes a waiting worker; the clock of the service stands still meanwhile")
    func bell() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let account = try await rig.account(try Wallet("bell").address, email: "miner@example.com", isEmailVerified: true)
            let service = try MailService(runtime: rig.runtime)
            let running = Task { try await service.run() }
            try await rig.queue(.passwordChanged, to: "miner@example.com", user: account.user)
            await rig.services.mailBell.ring()
            #expect(try await eventually { server.mails.count == 1 })
            try await rig.queue(.passwordChanged, to: "miner@example.com", user: account.user)
            await rig.services.mailBell.ring()
            #expect(try await eventually { server.mails.count == 2 })
            running.cancel()
            try? await running.value
        }
    }
}

@Suite("Mail plan")
struct MailPlanTests {
    private func plan(_ kind: MailKind, _ account: MailRecipient?) -> MailPlan {
        MailPlan(
            OutboxStore.Row(
                id: 1,
                kind: kind,
                user: UserID(7),
                recipient: "a@example.com",
                parameters: [:],
                attempt: 1,
                createdAt: .unixEpoch,
                requestID: nil
            ),
            account
        )
    }

    private func account(_ email: String? = "a@example.com", verified: Bool = false, password: Bool = true, banned: Bool = false)
        -> MailRecipient
    {
        MailRecipient(
            user: UserID(7),
            email: email,
            isEmailVerified: verified,
            displayName: nil,
            hasPassword: password,
            isBanned: banned
        )
    }

    @Test("what is told to whom, by the account as it is when the mail is sent")
    func plans() {
        #expect(plan(.welcome, account()) == .send(token: .verification(UserID(7)), isExempt: false))
        #expect(plan(.welcome, account(verified: true)) == .send(token: nil, isExempt: false))
        #expect(plan(.verifyEmail, account(verified: true)) == .skip(reason: .alreadyVerified))
        #expect(plan(.verifyEmail, account(banned: true)) == .skip(reason: .banned))
        #expect(plan(.verifyEmail, account("b@example.com")) == .skip(reason: .noAccount), "taken over meanwhile")
        #expect(plan(.verifyEmail, account(nil)) == .skip(reason: .noAccount))
        #expect(plan(.passwordReset, account(verified: true)) == .send(token: .passwordReset(UserID(7)), isExempt: false))
        #expect(plan(.passwordReset, account(password: false)) == .skip(reason: .noPassword))
        #expect(plan(.passwordReset, nil) == .skip(reason: .noAccount))
        #expect(plan(.passwordChanged, account(verified: true)) == .send(token: nil, isExempt: true))
        #expect(plan(.passwordChanged, account()) == .send(token: nil, isExempt: false))
        #expect(plan(.walletChanged, account(verified: true, banned: true)) == .send(token: nil, isExempt: true))
        #expect(plan(.accountClaimed, nil) == .send(token: nil, isExempt: true))
    }
}
