package import GameRules
import Platform
package import Postgres

/// Whether sessions are in good standing, by the database itself (spec 12 §7.1): for open sockets, which outlive their access tokens.
package struct SessionStanding: Sendable {
    private let database: PostgresClient

    package init(database: PostgresClient) {
        self.database = database
    }

    /// Those of the sessions that are alive and whose user is not banned.
    package func living(among sessions: [SessionID], at now: Instant) async throws -> Set<SessionID> {
        let rows = try await database.query(Self.living(among: sessions, at: now))
        return Set(try rows.decode(SessionID.self))
    }

    /// Whether one session of a user is alive and the user not banned.
    func isAlive(_ session: SessionID, of user: UserID, at now: Instant) async throws -> Bool {
        let sql: SQL = "\(sql: Self.living(among: [session], at: now)) and t.user_id = \(user)"
        return try await !database.query(sql).isEmpty
    }

    private static func living(among sessions: [SessionID], at now: Instant) -> SQL {
        SQL.named(
            "session_standing",
            """
            select t.family_id from refresh_tokens t join users u on u.id = t.user_id
            where t.family_id = any(\(sessions)) and t.rotated_at is null and t.revoked_at is null and t.expires_at > \(now)
                and not u.is_banned
            """
        )
    }
}
