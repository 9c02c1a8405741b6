import API
import GameRules
import Platform
import Postgres

/// Confirming the mailbox of an account (spec 02 §6 verify-email, resend-verification).
struct MailboxService: Sendable {
    private let services: AccountsServices

    init(services: AccountsServices) {
        self.services = services
    }

    /// - Throws: 400 `token_invalid`.
    func confirm(_ token: MailToken?, origin: AuditOrigin, at now: Instant) async throws {
        guard let token else { throw APIError.mailTokenInvalid }
        let event = try await services.database.transaction { transaction in
            let used = try await transaction.query(MailTokenStore.consume(token, for: .verification, at: now))
            guard let user = try used.value(UserID.self),
                try await !transaction.query(MailTokenStore.confirmMailbox(of: user, at: now)).isEmpty
            else { throw APIError.mailTokenInvalid }
            let event = AuditEvent("auth.email_verified", by: .user, user: user, origin: origin)
            try await transaction.execute(AuditLog.insert(event, at: now))
            return event
        }
        services.audit.count(event)
    }

    /// - Throws: 409 `email_not_set`, `email_already_verified`; 429 `resend_cooldown`.
    func resend(to caller: Principal, origin: AuditOrigin, at now: Instant) async throws {
        guard let profile = try await services.profiles.profile(of: caller.user) else { throw APIError.sessionRevoked }
        guard let email = profile.email else { throw APIError.emailNotSet }
        guard !profile.isEmailVerified else { throw APIError.emailAlreadyVerified }
        if let seconds = await services.resends.take(caller.user.description, at: now) {
            throw APIError.resendCooldown(retryAfterSeconds: seconds)
        }
        do {
            try await services.database.execute(
                EmailOutbox.insert(.verifyEmail, to: email, user: caller.user, at: now, requestID: origin.requestID)
            )
        } catch {
            // Nothing was queued, so there is nothing to wait for.
            await services.resends.clear([caller.user.description])
            throw error
        }
        await services.mailBell.ring()
    }
}
