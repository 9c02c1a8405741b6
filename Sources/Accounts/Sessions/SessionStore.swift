import Foundation
import GameRules
import Platform
import Postgres

/// The SQL of sessions: families of rows in `refresh_tokens`, of which at most one is neither rotated nor revoked (spec 02 §7.5).
enum SessionStore {
    /// A row to insert.
    struct Row: Sendable {
        var id: UUID
        var user: UserID
        var session: SessionID
        var tokenHash: String
        var method: SignInMethod
        var issuedAt: Instant
        var expiresAt: Instant
        var sessionStartedAt: Instant
        var sessionExpiresAt: Instant
        var origin: AuditOrigin
    }

    /// Affects no row when the id is taken.
    static func insert(_ row: Row) -> SQL {
        SQL.named(
            "session_insert",
            """
            insert into refresh_tokens (id, user_id, family_id, token_hash, auth_method, issued_at, expires_at, family_started_at,
                                        family_expires_at, ip_address, user_agent)
            values (\(row.id), \(row.user), \(row.session), \(row.tokenHash), \(row.method.rawValue), \(row.issuedAt), \(row.expiresAt),
                    \(row.sessionStartedAt), \(row.sessionExpiresAt), \(row.origin.address.flatMap { Inet($0) }), \(row.origin.userAgent))
            on conflict (id) do nothing
            """
        )
    }

    /// Ends the least recently used sessions so that one more fits. Answers session, whether it was alive.
    static func endSurplus(of user: UserID, keeping count: Int, now: Instant) -> SQL {
        SQL.named(
            "session_surplus",
            """
            with surplus as (
                select family_id from refresh_tokens
                where user_id = \(user) and rotated_at is null and revoked_at is null and expires_at > \(now)
                order by issued_at desc offset \(count)
            ), ended as (
                update refresh_tokens t set revoked_at = \(now), revoke_reason = \(RevokeReason.limit.rawValue)
                from surplus s where t.user_id = \(user) and t.family_id = s.family_id and t.revoked_at is null
                returning t.family_id
            )
            select distinct family_id, true from ended
            """
        )
    }

    /// Ends sessions of a user: all, one, or all but one. Answers session, whether it was alive.
    static func end(_ sessions: SessionSelection, of user: UserID, reason: RevokeReason, now: Instant) -> SQL {
        let condition: SQL =
            switch sessions {
            case .all: ""
            case .one(let id): "and family_id = \(id)"
            case .allBut(let id): "and family_id <> \(id)"
            }
        return SQL.named(
            "session_end",
            """
            with ended as (
                update refresh_tokens set revoked_at = \(now), revoke_reason = \(reason.rawValue)
                where user_id = \(user) and revoked_at is null \(sql: condition)
                returning family_id, rotated_at is null and expires_at > \(now) as alive
            )
            select family_id, bool_or(alive) from ended group by family_id
            """
        )
    }

    /// The live sessions of a user, newest use first. Answers session, method, started, last used, expires, client address, user agent.
    static func living(of user: UserID, now: Instant) -> SQL {
        SQL.named(
            "session_list",
            """
            select family_id, auth_method, family_started_at, issued_at, expires_at, ip_address, user_agent from refresh_tokens
            where user_id = \(user) and rotated_at is null and revoked_at is null and expires_at > \(now)
            order by issued_at desc, id
            """
        )
    }

    /// Kills every access token of a user.
    static func raiseVersion(of user: UserID, now: Instant) -> SQL {
        "update users set session_version = session_version + 1, updated_at = \(now) where id = \(user)"
    }

    /// Reads the rows of ``end(_:of:reason:now:)`` and ``endSurplus(of:keeping:now:)``.
    static func ended(_ rows: PostgresRows, of user: UserID) throws -> EndedSessions {
        let sessions = try rows.decode((SessionID, Bool).self)
        return EndedSessions(user: user, ids: sessions.map(\.0), aliveCount: sessions.count { $0.1 })
    }
}

/// Which sessions of a user are meant.
package enum SessionSelection: Sendable {
    case all
    case one(SessionID)
    case allBut(SessionID)
}
