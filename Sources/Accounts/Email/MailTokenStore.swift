import Foundation
import GameRules
import Platform
import Postgres

/// The SQL of the tokens in mails. One update decides who uses a token (spec 02 §6 verify-email, reset-password).
enum MailTokenStore {
    /// What a token is good for.
    enum Purpose: Sendable {
        case verification
        case passwordReset

        /// Life from the moment the mail is sent.
        var lifeSeconds: Int64 {
            switch self {
            case .verification: 86_400
            case .passwordReset: 3600
            }
        }

        fileprivate var table: SQL {
            switch self {
            case .verification: "email_verification_tokens"
            case .passwordReset: "password_reset_tokens"
            }
        }
    }

    /// Stores a new token of a user in place of their unused ones.
    /// - Parameter clientAddress: who asked for a password reset.
    static func mint(
        _ token: MailToken,
        for purpose: Purpose,
        of user: UserID,
        id: UUID,
        clientAddress: String? = nil,
        at now: Instant
    ) -> [SQL] {
        let expires = now.adding(seconds: purpose.lifeSeconds)
        let insert: SQL =
            switch purpose {
            case .verification:
                """
                insert into email_verification_tokens (id, user_id, token_hash, created_at, expires_at)
                values (\(id), \(user), \(token.hash), \(now), \(expires))
                """
            case .passwordReset:
                """
                insert into password_reset_tokens (id, user_id, token_hash, created_at, expires_at, ip_address)
                values (\(id), \(user), \(token.hash), \(now), \(expires), \(clientAddress.flatMap { Inet($0) }))
                """
            }
        return [killUnused(purpose, of: user), insert]
    }

    /// Ends the unused tokens of a user.
    static func killUnused(_ purpose: Purpose, of user: UserID) -> SQL {
        SQL.named("mail_token_kill", "delete from \(sql: purpose.table) where user_id = \(user) and used_at is null")
    }

    /// Uses a token up. Answers the user's id; no row when the token is unknown, expired or used.
    static func consume(_ token: MailToken, for purpose: Purpose, at now: Instant) -> SQL {
        SQL.named(
            "mail_token_use",
            """
            update \(sql: purpose.table) set used_at = \(now)
            where token_hash = \(token.hash) and used_at is null and expires_at > \(now) returning user_id
            """
        )
    }

    /// Whose a good token is. Answers user id, e-mail and display name; no row when the token is unknown, expired or used.
    static func holder(of token: MailToken, for purpose: Purpose, at now: Instant) -> SQL {
        SQL.named(
            "mail_token_holder",
            """
            select u.id, u.email, u.display_name from \(sql: purpose.table) t join users u on u.id = t.user_id
            where t.token_hash = \(token.hash) and t.used_at is null and t.expires_at > \(now)
              and u.password_hash is not null and not u.is_banned
            """
        )
    }

    /// Notes that a mailbox answered. Answers a row when the account still has one.
    static func confirmMailbox(of user: UserID, at now: Instant) -> SQL {
        SQL.named(
            "email_verify",
            "update users set email_verified = true, updated_at = \(now) where id = \(user) and email is not null returning id"
        )
    }
}
