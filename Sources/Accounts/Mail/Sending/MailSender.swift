import API
import Foundation
import GameRules
import Logging
import Metrics
package import Platform
import Postgres

/// Sends what is queued (spec 02 §9.2). Any number of workers may do so at the same time.
package struct MailSender: Sendable {
    /// Mails taken on at once.
    static let batchSize = 20
    /// Mails handed over side by side.
    private static let concurrency = 5
    /// How long a mail is this worker's. Longer than a batch can take, and how late a mail is that a worker died over.
    static let leaseSeconds: Int64 = 600
    /// Waits after the first, second, third failure; the fourth is the last.
    static let retrySeconds: [Int64] = [60, 300, 1500]

    private let database: PostgresClient
    private let transport: any MailTransport
    private let texts: MailTexts
    private let from: Mailbox
    private let subjects: SubjectHash
    private let budget: FailureWindow
    private let clock: Clock
    private let random: RandomSource
    private let logger: Logger

    /// - Throws: when the configured carrier cannot be set up.
    package init(runtime: Runtime) throws {
        let settings = runtime.settings.mail
        guard let address = EmailAddress(settings.fromAddress) else { throw MailSettingsError.sender }
        let from = Mailbox(name: settings.fromName, address: address)
        let subjects = SubjectHash(runtime.settings.tokens, random: runtime.random)
        let transport = try MailCarriers.transport(
            settings,
            from: from,
            clock: runtime.clock,
            subjects: subjects,
            logger: runtime.logger
        )
        self.init(runtime: runtime, from: from, subjects: subjects, transport: transport)
    }

    init(runtime: Runtime, from: Mailbox, subjects: SubjectHash, transport: any MailTransport) {
        database = runtime.database
        self.transport = transport
        texts = MailTexts(frontend: runtime.settings.http.frontendBaseURL, support: runtime.settings.mail.supportAddress)
        self.from = from
        self.subjects = subjects
        budget = FailureWindow(limit: 5, seconds: 3600, keyPrefix: "auth:mail:", redis: runtime.redis)
        clock = runtime.clock
        random = runtime.random
        logger = runtime.logger
    }

    /// Sends one batch of what is due.
    /// - Returns: how many mails there were; ``batchSize`` means that there may be more.
    /// - Throws: when the database cannot be asked. What is taken on is due again when its lease ends.
    package func sendBatch() async throws -> Int {
        let claimed = try await database.query(
            OutboxStore.claim(atMost: Self.batchSize, leaseSeconds: Self.leaseSeconds, at: clock.now()),
            access: .write
        )
        let rows = try claimed.compactMap(OutboxStore.row)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, row) in rows.enumerated() {
                if index >= Self.concurrency { try await group.next() }
                group.addTask { try await process(row) }
            }
            try await group.waitForAll()
        }
        return claimed.count
    }

    private func process(_ row: OutboxStore.Row) async throws {
        let account = try await account(behind: row)
        switch MailPlan(row, account) {
        case .skip(let reason):
            try await skip(row, reason)
        case .send(let need, let isExempt):
            guard let recipient = EmailAddress(row.recipient) else { return try await skip(row, .address) }
            // A second attempt draws on what the first was granted.
            if !isExempt, row.attempt == 1, await budget.take(subjects.hash(.email, row.recipient), at: clock.now()) != nil {
                return try await skip(row, .budget)
            }
            let token = try await mint(need, row)
            guard let text = texts.text(of: row, name: account?.displayName, token: token) else { return }
            try await hand(over: text, to: recipient, row)
        }
    }

    private func account(behind row: OutboxStore.Row) async throws -> MailRecipient? {
        if let user = row.user { return try OutboxStore.recipient(try await database.query(OutboxStore.recipient(user))) }
        guard row.kind == .passwordReset else { return nil }
        return try OutboxStore.recipient(try await database.query(OutboxStore.recipient(mailbox: row.recipient)))
    }

    /// Makes the token of a mail. It is in force before the mail leaves, and in no queue before that.
    private func mint(_ need: MailPlan.TokenNeed?, _ row: OutboxStore.Row) async throws -> MailToken? {
        guard let need else { return nil }
        let token = MailToken(random: random)
        let (purpose, user): (MailTokenStore.Purpose, UserID) =
            switch need {
            case .verification(let user): (.verification, user)
            case .passwordReset(let user): (.passwordReset, user)
            }
        let statements = MailTokenStore.mint(
            token,
            for: purpose,
            of: user,
            id: .random(from: random),
            clientAddress: row.parameters["ip_address"]?.stringValue,
            at: clock.now()
        )
        try await database.transaction { transaction in _ = try await transaction.pipeline(statements) }
        return token
    }

    private func hand(over text: MailText, to recipient: EmailAddress, _ row: OutboxStore.Row) async throws {
        let message = MailMessage(
            id: "\(row.kind.rawValue.replacing("_", with: "-")).\(row.id).\(row.createdAt.millisecondsSinceUnixEpoch)",
            from: from,
            to: recipient,
            subject: text.subject,
            text: text.plain(signature: texts.signature),
            html: text.html(signature: texts.signature),
            date: clock.now()
        )
        do {
            try await transport.send(message)
        } catch {
            return try await note(error, row)
        }
        try await database.execute(OutboxStore.finish(row, .sent, at: clock.now()))
        count(row, "sent")
        logger.info("mail sent", metadata: metadata("mail_sent", row))
    }

    private func note(_ failure: MailFailure, _ row: OutboxStore.Row) async throws {
        var metadata = metadata("mail_failed", row)
        metadata["error_kind"] = "\(failure)"
        if case .unavailable = failure, row.attempt <= Self.retrySeconds.count {
            let wait = Self.retrySeconds[row.attempt - 1]
            try await database.execute(OutboxStore.postpone(row, until: clock.now().adding(seconds: wait)))
            metadata["retry_seconds"] = "\(wait)"
            count(row, "retried")
            logger.warning("mail not sent, trying again", metadata: metadata)
        } else {
            try await database.execute(OutboxStore.finish(row, .failed, at: clock.now()))
            count(row, "failed")
            logger.error("mail not sent", metadata: metadata)
        }
    }

    private func skip(_ row: OutboxStore.Row, _ reason: MailPlan.SkipReason) async throws {
        try await database.execute(OutboxStore.finish(row, .skipped, at: clock.now()))
        count(row, "skipped")
        var metadata = metadata("mail_skipped", row)
        metadata["reason"] = "\(reason.rawValue)"
        logger.info("mail skipped", metadata: metadata)
    }

    private func metadata(_ event: String, _ row: OutboxStore.Row) -> Logger.Metadata {
        [
            "event": "\(event)", "mail_id": "\(row.id)", "kind": "\(row.kind.rawValue)", "attempt": "\(row.attempt)",
            "recipient_hash": "\(subjects.hash(.email, row.recipient))", "request_id": "\(row.requestID ?? "")",
        ]
    }

    private func count(_ row: OutboxStore.Row, _ result: String) {
        Counter(label: "tbg_mails_total", dimensions: [("kind", row.kind.rawValue), ("result", result)]).increment()
    }
}

/// Why there can be no mail sender.
package enum MailSettingsError: Error, Sendable {
    /// The configured sender is no e-mail address.
    case sender
}
