import API
import GameRules
import Platform
import Postgres

/// What a user can see of their sessions and do to them (spec 02 §5.6, §6).
package struct SessionListing: Sendable {
    private let services: AccountsServices

    package init(services: AccountsServices) {
        self.services = services
    }

    /// The live sessions of the caller.
    func list(for principal: Principal, at now: Instant) async throws -> SessionList {
        let rows = try await services.database.query(SessionStore.living(of: principal.user, now: now))
        let sessions = try rows.map { row in
            let (id, method, created, used, expires, address, userAgent) = try row.decode(
                (SessionID, String, Instant, Instant, Instant, Inet?, String?).self
            )
            return SessionItem(
                id: id,
                method: method,
                createdAt: created,
                lastUsedAt: used,
                expiresAt: expires,
                network: address.flatMap { IPAddress($0.string) }?.truncated,
                userAgent: userAgent,
                isCurrent: id == principal.session
            )
        }
        return SessionList(sessions: sessions)
    }

    /// Ends one session.
    /// - Throws: 404 for one that is not alive or not the caller's.
    func end(_ session: SessionID?, by principal: Principal, origin: AuditOrigin, at now: Instant) async throws {
        let notFound = APIError.notFound("session_not_found", "There is no such session.")
        guard let session else { throw notFound }
        let user = principal.user
        let event = AuditEvent("auth.session_revoked", by: .user, user: user, resource: ("session", session.description), origin: origin)
        let ended = try await services.database.transaction { transaction in
            let results = try await transaction.pipeline([
                AccountStore.lock(user), SessionStore.end(.one(session), of: user, reason: .user, now: now),
                AuditLog.insert(event, at: now),
            ])
            let ended = try SessionStore.ended(results[1], of: user)
            guard ended.aliveCount > 0 else { throw notFound }
            return ended
        }
        services.audit.count(event)
        await services.sessions.announce(ended)
    }

    /// Ends every session of the caller, and with them every access token.
    /// - Returns: how many were alive.
    func endAll(by principal: Principal, origin: AuditOrigin, at now: Instant) async throws -> Int {
        let user = principal.user
        let event = AuditEvent("auth.logout_all", by: .user, user: user, origin: origin)
        let ended = try await services.database.transaction { transaction in
            let results = try await transaction.pipeline([
                AccountStore.lock(user), SessionStore.end(.all, of: user, reason: .logoutAll, now: now),
                SessionStore.raiseVersion(of: user, now: now), AuditLog.insert(event, at: now),
            ])
            return try SessionStore.ended(results[1], of: user)
        }
        services.audit.count(event)
        await services.sessions.announce(ended)
        return ended.aliveCount
    }
}
