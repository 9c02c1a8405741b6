import API
import GameRules
import Platform
import Postgres

/// Forgotten and changed passwords (spec 02 §6).
struct PasswordService: Sendable {
    private let services: AccountsServices

    init(services: AccountsServices) {
        self.services = services
    }

    /// Queues a mail and does nothing else, so that neither answer nor time tells whether there is an account. The mail sender looks.
    func forgot(_ input: ForgotPasswordInput, origin: AuditOrigin, at now: Instant) async throws {
        try await services.database.execute(
            EmailOutbox.insert(
                .passwordReset(address: origin.address),
                to: input.email.text,
                user: nil,
                at: now,
                requestID: origin.requestID
            )
        )
        await services.mailBell.ring()
    }

    /// - Parameter network: the caller's address group, which may try again at once.
    /// - Throws: in this order 422 `password_too_weak`, which leaves the token good; 400 `token_invalid`; 503 `busy`.
    func reset(_ input: ResetPasswordInput, network: String, origin: AuditOrigin, at now: Instant) async throws {
        let holder = try await holder(of: input.token, at: now)
        try PasswordRules.check(input.newPassword, email: holder?.email, displayName: holder?.displayName, field: "new_password")
        guard let token = input.token, let holder else { throw APIError.mailTokenInvalid }
        let hash = try await services.passwords.hash(input.newPassword)
        let event = AuditEvent("auth.password_reset", by: .user, user: holder.user, origin: origin)
        let ended = try await services.database.transaction { transaction in
            let locked = try await transaction.query(EmailStore.lock(holder.user)).first.map(EmailStore.credentials)
            guard let locked, locked.passwordHash != nil, locked.account.profile.email == holder.email?.text, !locked.account.isBanned,
                try await !transaction.query(MailTokenStore.consume(token, for: .passwordReset, at: now)).isEmpty
            else { throw APIError.mailTokenInvalid }
            return try await replace(locked, hash, ending: .all, byMail: true, event, now, in: transaction)
        }
        await finish(event, ended)
        if let email = holder.email {
            await services.lockout.clear(email: services.subjects.hash(.email, email.text), network: network)
        }
    }

    /// - Throws: in this order 409 `password_not_set`, 429 `account_locked`, 401 `password_incorrect`, 422 `password_too_weak`,
    ///   `password_unchanged`; 503 `busy`.
    func change(_ input: ChangePasswordInput, by caller: Principal, origin: AuditOrigin, at now: Instant) async throws {
        let found = try await services.database.query(EmailStore.credentials(of: caller.user)).first.map(EmailStore.credentials)
        guard let found else { throw APIError.sessionRevoked }
        guard let current = found.passwordHash else { throw APIError.passwordNotSet }
        let subject = caller.user.description
        if let seconds = await services.passwordFailures.refusal(of: subject, at: now) {
            await services.audit.record(refusal("auth.locked", caller, origin), at: now)
            throw APIError.accountLocked(retryAfterSeconds: seconds)
        }
        guard try await services.passwords.verify(input.currentPassword, against: current) else {
            await services.passwordFailures.note(subject, at: now)
            await services.audit.record(refusal("auth.password_changed", caller, origin), at: now)
            throw APIError.passwordIncorrect
        }
        let profile = found.account.profile
        try PasswordRules.check(
            input.newPassword,
            email: profile.email.flatMap { EmailAddress($0) },
            displayName: profile.displayName,
            field: "new_password"
        )
        guard input.newPassword != input.currentPassword else { throw APIError.passwordUnchanged }
        let hash = try await services.passwords.hash(input.newPassword)
        let event = AuditEvent("auth.password_changed", by: .user, user: caller.user, origin: origin)
        let ended = try await services.database.transaction { transaction in
            let locked = try await transaction.query(EmailStore.lock(caller.user)).first.map(EmailStore.credentials)
            guard let locked else { throw APIError.sessionRevoked }
            // Changed by somebody else meanwhile: the password that was compared is no longer the current one.
            guard locked.passwordHash == current else { throw APIError.passwordIncorrect }
            return try await replace(locked, hash, ending: caller.otherSessions, byMail: false, event, now, in: transaction)
        }
        await finish(event, ended)
        await services.passwordFailures.clear([subject])
    }

    private struct Holder: Sendable {
        let user: UserID
        let email: EmailAddress?
        let displayName: String?
    }

    private func holder(of token: MailToken?, at now: Instant) async throws -> Holder? {
        guard let token, let row = try await services.database.query(MailTokenStore.holder(of: token, for: .passwordReset, at: now)).first
        else { return nil }
        let (user, email, name) = try row.decode((UserID, String?, String?).self)
        return Holder(user: user, email: email.flatMap { EmailAddress($0) }, displayName: name)
    }

    /// Everything that happens with a new password, in the transaction that holds the account's lock (spec 02 §10).
    /// - Parameter byMail: whether it was set through a link that was sent to the mailbox.
    private func replace(
        _ locked: EmailStore.Credentials,
        _ hash: String,
        ending sessions: SessionSelection,
        byMail: Bool,
        _ event: AuditEvent,
        _ now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> EndedSessions {
        let user = locked.account.profile.id
        let ended = try await services.sessions.revoke(sessions, of: user, reason: .password, now: now, in: transaction)
        try await services.sessions.raiseVersion(of: user, now: now, in: transaction)
        let notice = AccountNotice.security(
            to: user,
            title: "Your password was changed",
            text: byMail
                ? "It was set anew through a link in a mail to you. All sessions were ended."
                : "All other sessions were ended. If this was not you, reset your password at once.",
            dedupeKey: "password:\(now.microsecondsSinceUnixEpoch)"
        )
        var statements = [
            EmailStore.setPassword(hash, of: user, provesMailbox: byMail, at: now),
            MailTokenStore.killUnused(.passwordReset, of: user),
            notice.insert(at: now),
            AuditLog.insert(event, at: now),
        ]
        if let email = locked.account.profile.email {
            statements.append(EmailOutbox.insert(.passwordChanged, to: email, user: user, at: now, requestID: event.origin.requestID))
        }
        try await transaction.pipeline(statements)
        return ended
    }

    private func finish(_ event: AuditEvent, _ ended: EndedSessions) async {
        services.audit.count(event)
        await services.sessions.announce(ended)
        await services.mailBell.ring()
    }

    private func refusal(_ action: StaticString, _ caller: Principal, _ origin: AuditOrigin) -> AuditEvent {
        AuditEvent(action, .denied, by: caller.auditActor, user: caller.user, details: ["method": "password"], origin: origin)
    }
}

extension Principal {
    /// All sessions but the caller's own.
    fileprivate var otherSessions: SessionSelection {
        guard case .accessToken(let session?) = credential, let id = SessionID(session) else { return .all }
        return .allBut(id)
    }
}
