import Foundation
package import GameRules
package import Logging
package import Platform
package import Postgres

/// Opens and ends sessions (spec 02 §7.5, §10). Everything but ``announce(_:)`` runs in the caller's transaction, which must have locked
/// the user's row.
package struct SessionService: Sendable {
    private let lifetimes: SessionLifetimes
    private let random: RandomSource
    private let revocations: SessionRevocations
    private let principals: PrincipalCache
    private let logger: Logger

    package init(settings: TokenSettings, random: RandomSource, revocations: SessionRevocations, principals: PrincipalCache, logger: Logger)
    {
        lifetimes = SessionLifetimes(settings)
        self.random = random
        self.revocations = revocations
        self.principals = principals
        self.logger = logger
    }

    /// Opens a session; the least recently used ones beyond twenty end.
    package func open(
        for user: UserID,
        method: SignInMethod,
        origin: AuditOrigin,
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> OpenedSession {
        let opening = prepare(for: user, method: method, origin: origin, now: now)
        let results = try await transaction.pipeline(opening.statements)
        return try opening.session(results[0])
    }

    /// The statements that open a session, for callers that send them together with their own.
    /// - Parameter rowID: id of the first row, where the caller wants to be sure that one proof opens one session: the second
    ///   insert affects no row.
    func prepare(for user: UserID, method: SignInMethod, origin: AuditOrigin, now: Instant, rowID: UUID? = nil) -> SessionOpening {
        let session = SessionID(.random(from: random))
        let token = RefreshToken(random: random)
        let sessionEnd = now.adding(seconds: lifetimes.sessionSeconds)
        let row = SessionStore.Row(
            id: rowID ?? .random(from: random),
            user: user,
            session: session,
            tokenHash: token.hash,
            method: method,
            issuedAt: now,
            expiresAt: min(now.adding(seconds: lifetimes.tokenSeconds), sessionEnd),
            sessionStartedAt: now,
            sessionExpiresAt: sessionEnd,
            origin: origin
        )
        return SessionOpening(
            statements: [
                SessionStore.endSurplus(of: user, keeping: SessionLifetimes.maximumSessions - 1, now: now), SessionStore.insert(row),
            ],
            id: session,
            user: user,
            method: method,
            token: token
        )
    }

    /// Ends one session, all, or all but one.
    package func revoke(
        _ sessions: SessionSelection,
        of user: UserID,
        reason: RevokeReason,
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> EndedSessions {
        let rows = try await transaction.query(SessionStore.end(sessions, of: user, reason: reason, now: now))
        return try SessionStore.ended(rows, of: user)
    }

    /// Kills every access token of a user at once; sessions that stay get new ones by the ordinary refresh.
    package func raiseVersion(of user: UserID, now: Instant, in transaction: PostgresTransaction) async throws {
        try await transaction.execute(SessionStore.raiseVersion(of: user, now: now))
    }

    /// To be called after the commit: makes the end of sessions, a raised version or a ban effective on every node.
    /// - Parameter isBan: whether the user may not be here at all, whatever the session.
    package func announce(_ ended: EndedSessions, isBan: Bool = false) async {
        principals.forget(ended.user)
        do {
            try await revocations.add(ended.ids)
            if isBan { try await revocations.tell(of: ended.user) }
        } catch {
            logger.warning(
                "ended sessions not announced",
                metadata: ["event": "session_revocation_lost", "user_id": "\(ended.user)", "error_kind": "\(type(of: error))"]
            )
        }
    }
}

/// A session about to be opened: statements to send, then the rows of the first one to read.
struct SessionOpening: Sendable {
    /// First the one that ends surplus sessions, then the one that inserts the new one.
    let statements: [SQL]
    let id: SessionID
    let user: UserID
    let method: SignInMethod
    let token: RefreshToken

    func session(_ surplus: PostgresRows) throws -> OpenedSession {
        OpenedSession(id: id, user: user, method: method, refreshToken: token, ended: try SessionStore.ended(surplus, of: user))
    }
}
