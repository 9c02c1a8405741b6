import Foundation
import GameRules
import Platform
import Postgres

/// The SQL of exchanging refresh tokens.
struct RefreshStore: Sendable {
    /// A stored token with what decides its fate.
    struct Row: Sendable, Equatable {
        let id: UUID
        let user: UserID
        let session: SessionID
        let tokenHash: String
        let method: SignInMethod
        let expiresAt: Instant
        let sessionStartedAt: Instant
        let sessionExpiresAt: Instant
        let rotatedAt: Instant?
        let replacedBy: UUID?
        let isRevoked: Bool
    }

    private static let columns: SQL = """
        id, user_id, family_id, token_hash, auth_method, expires_at, family_started_at, family_expires_at, rotated_at, replaced_by,
        revoked_at is not null
        """

    /// Whose a token is; nil for an unknown one.
    static func holder(of hash: String) -> SQL {
        SQL.named("refresh_holder", "select user_id, family_id from refresh_tokens where token_hash = \(hash)")
    }

    /// Locks the account a token belongs to. Answers ``ProfileStore/columns``.
    static func lockHolder(_ user: UserID) -> SQL {
        SQL.named("refresh_holder_lock", "select \(sql: ProfileStore.columns) from users u where u.id = \(user) for no key update")
    }

    static func lock(_ hash: String) -> SQL {
        SQL.named("refresh_lock", "select \(sql: columns) from refresh_tokens where token_hash = \(hash) for update")
    }

    static func row(_ id: UUID) -> SQL {
        SQL.named("refresh_successor", "select \(sql: columns) from refresh_tokens where id = \(id)")
    }

    static func rotate(_ id: UUID, into successor: UUID, now: Instant) -> SQL {
        SQL.named("refresh_rotate", "update refresh_tokens set rotated_at = \(now), replaced_by = \(successor) where id = \(id)")
    }

    static func decode(_ row: PostgresRow) throws -> Row {
        let (id, user, session, hash, method, expires, started, sessionExpires, rotated, replaced, isRevoked) = try row.decode(
            (UUID, UserID, SessionID, String, String, Instant, Instant, Instant, Instant?, UUID?, Bool).self
        )
        return Row(
            id: id,
            user: user,
            session: session,
            tokenHash: hash,
            method: SignInMethod(rawValue: method) ?? .wallet,
            expiresAt: expires,
            sessionStartedAt: started,
            sessionExpiresAt: sessionExpires,
            rotatedAt: rotated,
            replacedBy: replaced,
            isRevoked: isRevoked
        )
    }
}
