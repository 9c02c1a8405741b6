import API
import GameRules
import Platform
import Postgres

/// The SQL of the mail sender.
enum OutboxStore {
    /// A queued mail, taken on by this worker.
    struct Row: Sendable {
        let id: Int64
        let kind: MailKind
        let user: UserID?
        let recipient: String
        let parameters: JSONValue
        /// This attempt included.
        let attempt: Int
        let createdAt: Instant
        let requestID: String?
    }

    /// How a mail ends.
    enum End: String, Sendable {
        case sent, failed, skipped
    }

    /// Takes on mails that are due. Each is out of the other workers' sight until the lease ends, so that none is held back for ever by a
    /// worker that dies over it.
    static func claim(atMost count: Int, leaseSeconds: Int64, at now: Instant) -> SQL {
        SQL.named(
            "outbox_claim",
            """
            with due as (
                select id from email_outbox where state = 'pending' and next_attempt_at <= \(now)
                order by next_attempt_at, id limit \(count) for update skip locked
            )
            update email_outbox o set attempts = attempts + 1, next_attempt_at = \(now.adding(seconds: leaseSeconds))
            from due where o.id = due.id
            returning o.id, o.kind, o.user_id, o.recipient, o.params, o.attempts, o.created_at, o.request_id
            """
        )
    }

    /// Reads a row of ``claim(atMost:leaseSeconds:at:)``; nil for a kind this version does not know.
    static func row(_ row: PostgresRow) throws -> Row? {
        let (id, kind, user, recipient, parameters, attempt, created, request) = try row.decode(
            (Int64, String, UserID?, String, JSONB, Int16, Instant, String?).self
        )
        guard let kind = MailKind(rawValue: kind) else { return nil }
        return Row(
            id: id,
            kind: kind,
            user: user,
            recipient: recipient,
            parameters: try parameters.parsed(),
            attempt: Int(attempt),
            createdAt: created,
            requestID: request
        )
    }

    /// Ends a mail, unless another worker has taken it on since.
    static func finish(_ row: Row, _ end: End, at now: Instant) -> SQL {
        SQL.named(
            "outbox_finish",
            """
            update email_outbox set state = \(end.rawValue), finished_at = \(now)
            where id = \(row.id) and state = 'pending' and attempts = \(row.attempt)
            """
        )
    }

    /// Puts a mail off.
    static func postpone(_ row: Row, until instant: Instant) -> SQL {
        SQL.named(
            "outbox_postpone",
            """
            update email_outbox set next_attempt_at = \(instant)
            where id = \(row.id) and state = 'pending' and attempts = \(row.attempt)
            """
        )
    }

    /// Whom a mail is about. Answers id, e-mail, whether it is confirmed, display name, whether there is a password, whether banned.
    static func recipient(_ user: UserID) -> SQL {
        SQL.named("outbox_user", "select \(sql: recipientColumns) from users where id = \(user)")
    }

    /// The same, by the mailbox.
    static func recipient(mailbox: String) -> SQL {
        SQL.named("outbox_mailbox", "select \(sql: recipientColumns) from users where lower(email) = \(mailbox)")
    }

    private static let recipientColumns: SQL = "id, email, email_verified, display_name, password_hash is not null, is_banned"

    /// Reads a row of the above.
    static func recipient(_ rows: PostgresRows) throws -> MailRecipient? {
        try rows.first.map { row in
            let (id, email, isVerified, name, hasPassword, isBanned) = try row.decode((UserID, String?, Bool, String?, Bool, Bool).self)
            return MailRecipient(
                user: id,
                email: email,
                isEmailVerified: isVerified,
                displayName: name,
                hasPassword: hasPassword,
                isBanned: isBanned
            )
        }
    }
}

/// The account behind a mailbox, as it is when the mail is sent.
struct MailRecipient: Sendable, Equatable {
    let user: UserID
    let email: String?
    let isEmailVerified: Bool
    let displayName: String?
    let hasPassword: Bool
    let isBanned: Bool
}
