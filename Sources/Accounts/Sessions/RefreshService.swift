import API
import Foundation
import GameRules
import Platform
import Postgres

/// Exchanges refresh tokens, and ends the session of one (spec 02 §5.4, §5.5, §7.5).
package struct RefreshService: Sendable {
    /// Exchanges a session may make in a minute.
    private static let exchangesPerMinute = 10.0
    /// Successors followed from a token that was replaced a moment ago.
    private static let maximumHops = 10

    private let services: AccountsServices
    private var lifetimes: SessionLifetimes { services.refreshing.lifetimes }
    private var key: SessionKey { services.refreshing.key }
    private var random: RandomSource { services.refreshing.random }

    package init(services: AccountsServices) {
        self.services = services
    }

    /// - Throws: 401 `refresh_token_invalid`, `refresh_token_expired`, `session_revoked`, `refresh_token_reused`; 403 `account_banned`;
    ///   429 `rate_limited`.
    func refresh(_ text: String, origin: AuditOrigin, at now: Instant) async throws -> TokenAnswer {
        guard let token = RefreshToken(text), let (user, session) = try await holder(of: token) else { throw APIError.refreshTokenInvalid }
        try await limit(session, at: now)
        let outcome = try await services.database.transaction { transaction in
            try await exchange(token, of: user, origin: origin, now: now, in: transaction)
        }
        if let event = outcome.event { services.audit.count(event) }
        switch outcome.result {
        case .continued(let session, let account):
            return try await services.tokens.answer(session, account: account, at: now)
        case .reused(let ended):
            await services.sessions.announce(ended)
            throw APIError.refreshTokenReused
        }
    }

    /// Ends the session of a token, whatever state the token is in. Silent about tokens that are none.
    func logout(_ text: String, origin: AuditOrigin, at now: Instant) async throws {
        guard let token = RefreshToken(text), let (user, session) = try await holder(of: token) else { return }
        let event = AuditEvent("auth.logout", by: .user, user: user, resource: ("session", session.description), origin: origin)
        let ended = try await services.database.transaction { transaction in
            let results = try await transaction.pipeline([
                AccountStore.lock(user), SessionStore.end(.one(session), of: user, reason: .logout, now: now),
                AuditLog.insert(event, at: now),
            ])
            return try SessionStore.ended(results[1], of: user)
        }
        services.audit.count(event)
        await services.sessions.announce(ended)
    }

    private func holder(of token: RefreshToken) async throws -> (UserID, SessionID)? {
        try await services.database.query(RefreshStore.holder(of: token.hash)).first?.decode((UserID, SessionID).self)
    }

    private func limit(_ session: SessionID, at now: Instant) async throws {
        let bucket = RateBucket(rateClass: "strict_refresh", key: "session:\(session)", limit: Self.exchangesPerMinute)
        let decision = await services.limiter.admit([bucket], at: now)
        guard decision.isAdmitted else { throw APIError.rateLimited(retryAfterSeconds: decision.retryAfterSeconds) }
    }

    private struct Outcome: Sendable {
        enum Result: Sendable {
            case continued(OpenedSession, AccountRecord)
            case reused(EndedSessions)
        }

        let result: Result
        let event: AuditEvent?
    }

    private func exchange(
        _ token: RefreshToken,
        of user: UserID,
        origin: AuditOrigin,
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> Outcome {
        // The user first, as everywhere: whoever ends all sessions at the same time comes before or after, never between.
        let found = try await transaction.pipeline([RefreshStore.lockHolder(user), RefreshStore.lock(token.hash)])
        guard let account = try found[0].first.map(ProfileStore.record), let row = try found[1].first.map(RefreshStore.decode) else {
            throw APIError.refreshTokenInvalid
        }
        guard !account.isBanned else { throw APIError.accountBanned }
        switch RefreshDecision(row, graceMilliseconds: lifetimes.reuseGraceMilliseconds, now: now) {
        case .expired: throw APIError.refreshTokenExpired
        case .revoked: throw APIError.sessionRevoked
        case .rotate:
            let (session, event) = try await rotate(row, token, origin: origin, now: now, in: transaction)
            return Outcome(result: .continued(session, account), event: event)
        case .replay:
            let newest = try await newest(after: row, token, now: now, in: transaction)
            return Outcome(result: .continued(continued(row, newest), account), event: nil)
        case .reused:
            let (ended, event) = try await end(row, origin: origin, now: now, in: transaction)
            return Outcome(result: .reused(ended), event: event)
        }
    }

    private func rotate(
        _ row: RefreshStore.Row,
        _ token: RefreshToken,
        origin: AuditOrigin,
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> (OpenedSession, AuditEvent) {
        let successor = token.successor(of: row.id, key: key)
        let next = SessionStore.Row(
            id: .random(from: random),
            user: row.user,
            session: row.session,
            tokenHash: successor.hash,
            method: row.method,
            issuedAt: now,
            expiresAt: min(now.adding(seconds: lifetimes.tokenSeconds), row.sessionExpiresAt),
            sessionStartedAt: row.sessionStartedAt,
            sessionExpiresAt: row.sessionExpiresAt,
            origin: origin
        )
        let event = AuditEvent(
            "auth.token_refresh",
            by: .user,
            user: row.user,
            resource: ("session", row.session.description),
            origin: origin
        )
        try await transaction.pipeline([
            SessionStore.insert(next), RefreshStore.rotate(row.id, into: next.id, now: now), AuditLog.insert(event, at: now),
        ])
        return (continued(row, successor), event)
    }

    /// The token in use now, derived anew from one that was replaced a moment ago: nobody has stored it.
    private func newest(
        after row: RefreshStore.Row,
        _ token: RefreshToken,
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> RefreshToken {
        var (row, token) = (row, token)
        for _ in 0..<Self.maximumHops {
            guard let id = row.replacedBy else { break }
            guard let next = try await transaction.query(RefreshStore.row(id)).first.map(RefreshStore.decode) else { break }
            token = token.successor(of: row.id, key: key)
            // Another key now than at the rotation: the successor cannot be told, and that is nobody's misdeed.
            guard ConstantTime.equal(token.hash, next.tokenHash) else { throw APIError.refreshTokenInvalid }
            guard !next.isRevoked else { throw APIError.sessionRevoked }
            guard next.expiresAt > now else { throw APIError.refreshTokenExpired }
            row = next
            if row.rotatedAt == nil { return token }
        }
        throw APIError.refreshTokenInvalid
    }

    private func end(
        _ row: RefreshStore.Row,
        origin: AuditOrigin,
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> (EndedSessions, AuditEvent) {
        let event = AuditEvent(
            "auth.refresh_reuse_detected",
            .denied,
            by: .anonymous,
            user: row.user,
            resource: ("session", row.session.description),
            origin: origin
        )
        let notice = AccountNotice.security(
            to: row.user,
            title: "A session was ended for your safety",
            text: "One of your sessions was used from two places at once, so it was ended. If this was not you, sign out everywhere.",
            dedupeKey: "reuse:\(row.session)"
        )
        let results = try await transaction.pipeline([
            SessionStore.end(.one(row.session), of: row.user, reason: .reuse, now: now), AuditLog.insert(event, at: now),
            notice.insert(at: now),
        ])
        return (try SessionStore.ended(results[0], of: row.user), event)
    }

    private func continued(_ row: RefreshStore.Row, _ token: RefreshToken) -> OpenedSession {
        OpenedSession(
            id: row.session,
            user: row.user,
            method: row.method,
            refreshToken: token,
            ended: EndedSessions(user: row.user, ids: [], aliveCount: 0)
        )
    }
}

/// What refreshing needs beside the shared services.
struct RefreshSettings: Sendable {
    let key: SessionKey
    let random: RandomSource
    let lifetimes: SessionLifetimes
}
