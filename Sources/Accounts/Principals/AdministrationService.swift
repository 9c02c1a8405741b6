package import Bitcoin
package import GameRules
package import Platform
import Postgres

/// What operators do to accounts from the command line (spec 02 §1, 11 §1): bans, and who administers.
package struct AdministrationService: Sendable {
    private let database: PostgresClient
    private let audit: AuditLog
    private let sessions: SessionService
    private let observers: [any DepartureObserver]

    init(database: PostgresClient, audit: AuditLog, sessions: SessionService, observers: [any DepartureObserver]) {
        self.database = database
        self.audit = audit
        self.sessions = sessions
        self.observers = observers
    }

    /// For a process that serves nobody.
    /// - Parameter departures: what other features do when a user is banned or pardoned, in order.
    package init(runtime: Runtime, departures: [any DepartureObserver] = []) {
        observers = departures
        let principals = PrincipalCache(store: PrincipalStore(database: runtime.database), clock: runtime.clock)
        audit = AuditLog(database: runtime.database, logger: runtime.logger)
        database = runtime.database
        sessions = SessionService(
            settings: runtime.settings.tokens,
            random: runtime.random,
            revocations: SessionRevocations(redis: runtime.redis, settings: runtime.settings.tokens),
            principals: principals,
            logger: runtime.logger
        )
    }

    /// Bans a user: every session ends, and nothing of theirs opens another. Other nodes follow within five seconds.
    /// - Returns: false for an id nobody has.
    package func ban(_ user: UserID, reason: String? = nil, at now: Instant) async throws -> Bool {
        let event = AuditEvent("user.banned", by: .admin, resource: ("user", user.description))
        let departure = Departure(user: user, reason: .ban, at: now)
        let ended: EndedSessions? = try await database.transaction { transaction in
            guard try await !transaction.query(AccountStore.lock(user)).isEmpty else { return nil }
            try await observers.departs(departure, in: transaction)
            let results = try await transaction.pipeline([
                """
                update users set is_banned = true, banned_at = \(now), ban_reason = \(reason), session_version = session_version + 1,
                                 updated_at = \(now)
                where id = \(user)
                """,
                SessionStore.end(.all, of: user, reason: .ban, now: now), AuditLog.insert(event, at: now),
            ])
            return try SessionStore.ended(results[1], of: user)
        }
        guard let ended else { return false }
        audit.count(event)
        await sessions.announce(ended, isBan: true)
        await observers.departed(departure)
        return true
    }

    /// Lifts a ban; the user signs in anew.
    /// - Returns: false for an id nobody has.
    package func unban(_ user: UserID, at now: Instant) async throws -> Bool {
        let event = AuditEvent("user.unbanned", by: .admin, resource: ("user", user.description))
        let found = try await change(event, at: now) {
            """
            update users set is_banned = false, banned_at = null, ban_reason = null, updated_at = \(now) where id = \(user)
            returning id
            """
        }
        if found { await observers.pardoned(user, at: now) }
        return found
    }

    /// Makes the owner of an address an administrator, or no longer.
    /// - Returns: false for an address nobody has.
    package func setAdmin(_ isAdmin: Bool, address: BitcoinAddress, at now: Instant) async throws -> Bool {
        let event = AuditEvent(isAdmin ? "admin.granted" : "admin.revoked", by: .admin, resource: ("address", address.shortened()))
        return try await change(event, at: now) {
            "update users set is_admin = \(isAdmin), updated_at = \(now) where btc_address = \(address.canonical) returning id"
        }
    }

    private func change(_ event: AuditEvent, at now: Instant, _ statement: () -> SQL) async throws -> Bool {
        let sql = statement()
        let user: UserID? = try await database.transaction { transaction in
            guard let user = try await transaction.query(sql).value(UserID.self) else { return nil }
            try await transaction.execute(AuditLog.insert(event, at: now))
            return user
        }
        guard let user else { return false }
        audit.count(event)
        await sessions.announce(EndedSessions(user: user, ids: [], aliveCount: 0))
        return true
    }
}
