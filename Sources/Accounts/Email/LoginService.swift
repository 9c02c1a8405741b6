import API
import GameRules
import Platform
import Postgres

/// Signing in by e-mail and password (spec 02 §6). Whatever is wrong, the work and the answer are the same.
struct LoginService: Sendable {
    private let services: AccountsServices

    init(services: AccountsServices) {
        self.services = services
    }

    /// - Parameter network: the caller's address group.
    /// - Throws: in this order 429 `account_locked`, 401 `credentials_invalid`, 403 `account_banned`; 503 `busy`.
    func logIn(_ input: LoginInput, network: String, origin: AuditOrigin, at now: Instant) async throws -> TokenAnswer {
        let subject = services.subjects.hash(.email, input.email.text)
        if let seconds = await services.lockout.refusal(email: subject, network: network, at: now) {
            await refused("auth.locked", subject, nil, origin, now)
            throw APIError.accountLocked(retryAfterSeconds: seconds)
        }
        let found = try await services.database.query(EmailStore.credentials(of: input.email)).first.map(EmailStore.credentials)
        guard try await services.passwords.verify(input.password, against: found?.passwordHash), let found, let hash = found.passwordHash
        else {
            await services.lockout.noteFailure(email: subject, network: network, at: now)
            await refused("auth.failed_login", subject, found?.account.profile.id, origin, now)
            throw APIError.credentialsInvalid
        }
        guard !found.account.isBanned else { throw APIError.accountBanned }
        let renewed = try await services.passwords.renewed(input.password, stored: hash)
        let entry = try await services.database.transaction { transaction in
            try await enter(found, hash: hash, renewed: renewed, origin: origin, now: now, in: transaction)
        }
        services.audit.count(entry.event)
        await services.lockout.clear(email: subject, network: network)
        if !entry.session.ended.ids.isEmpty { await services.sessions.announce(entry.session.ended) }
        return try await services.tokens.answer(entry.session, account: entry.account, at: now)
    }

    private func enter(
        _ found: EmailStore.Credentials,
        hash: String,
        renewed: String?,
        origin: AuditOrigin,
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> (session: OpenedSession, account: AccountRecord, event: AuditEvent) {
        let user = found.account.profile.id
        let current = try await transaction.query(EmailStore.lock(user)).first.map(EmailStore.credentials)
        // The password may have been changed while it was compared; the old one opens nothing then.
        guard let current, current.passwordHash == hash, current.account.profile.email == found.account.profile.email else {
            throw APIError.credentialsInvalid
        }
        guard !current.account.isBanned else { throw APIError.accountBanned }
        let event = AuditEvent("auth.login", by: .user, user: user, details: ["method": "email"], origin: origin)
        let opening = services.sessions.prepare(for: user, method: .email, origin: origin, now: now)
        let results = try await transaction.pipeline(
            [EmailStore.logIn(user, renewedHash: renewed, at: now)] + opening.statements + [AuditLog.insert(event, at: now)]
        )
        guard let row = results[0].first else { throw APIError.credentialsInvalid }
        return (try opening.session(results[1]), try ProfileStore.record(row), event)
    }

    private func refused(_ action: StaticString, _ subject: String, _ user: UserID?, _ origin: AuditOrigin, _ now: Instant) async {
        let event = AuditEvent(
            action,
            .denied,
            by: .anonymous,
            user: user,
            details: ["method": "email", "email": .string(subject)],
            origin: origin
        )
        await services.audit.record(event, at: now)
    }
}
