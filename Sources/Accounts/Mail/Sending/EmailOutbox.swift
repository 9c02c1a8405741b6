import API
package import GameRules
import Platform
package import Postgres
package import Redis

/// The queue of mails (spec 02 §9.2). A request writes a row in the transaction of what it tells of; the mail sender does the rest.
package enum EmailOutbox {
    /// The statement that queues a mail. After the commit ring ``MailBell``, or the mail waits for the next poll, at most 2 s.
    /// - Parameters:
    ///   - recipient: an address as ``EmailAddress`` normalises it.
    ///   - user: whom it is about; with the account the mail goes too. Nil where there may be none.
    package static func insert(
        _ mail: OutgoingMail,
        to recipient: String,
        user: UserID?,
        at now: Instant,
        requestID: String?
    ) -> SQL {
        SQL.named(
            "outbox_insert",
            """
            insert into email_outbox (kind, user_id, recipient, params, next_attempt_at, created_at, request_id)
            values (\(mail.kind.rawValue), \(user), \(recipient), \(JSONB(.object(mail.parameters))), \(now), \(now),
                    \(requestID.map { String($0.prefix(64)) }))
            """
        )
    }
}

/// Wakes the mail senders of all workers. Only speed depends on it.
package struct MailBell: Sendable {
    static let channel = "mail:wake"

    private let redis: RedisClient

    package init(redis: RedisClient) {
        self.redis = redis
    }

    /// Tells that a mail has been committed; a Redis that is away is no error.
    package func ring() async {
        _ = try? await redis.publish("1", to: Self.channel)
    }
}
