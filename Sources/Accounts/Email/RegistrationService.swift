import API
import Bitcoin
import GameRules
import Platform
import Postgres

/// An account to be made with e-mail and password.
struct Registration: Sendable {
    let email: EmailAddress
    let passwordHash: String
    /// Named, not proven.
    let address: BitcoinAddress
    let displayName: DisplayName?
    let countryCode: String?
}

/// Registering by e-mail (spec 02 §6). Naming an address proves nothing: whoever signs for it later takes it (spec 02 §5.3).
struct RegistrationService: Sendable {
    private let services: AccountsServices

    init(services: AccountsServices) {
        self.services = services
    }

    /// - Throws: in this order 422 `password_too_weak`, 422 with the address's code, 503 `busy`, 409 `email_taken`,
    ///   `wallet_address_in_use`, `display_name_taken`.
    func register(_ input: RegisterInput, origin: AuditOrigin, at now: Instant) async throws -> TokenAnswer {
        try PasswordRules.check(input.password, email: input.email, displayName: input.displayName?.text, field: "password")
        let address = try BitcoinAddress(submitted: input.address, network: services.network)
        let registration = Registration(
            email: input.email,
            passwordHash: try await services.passwords.hash(input.password),
            address: address,
            displayName: input.displayName,
            countryCode: input.countryCode
        )
        let entry: (session: OpenedSession, account: AccountRecord, event: AuditEvent)
        do {
            entry = try await services.database.transaction { transaction in
                guard let row = try await transaction.query(EmailStore.register(registration, at: now)).first else {
                    throw APIError.unavailable()
                }
                let account = try ProfileStore.record(row)
                let user = account.profile.id
                let event = AuditEvent(
                    "user.registered",
                    by: .user,
                    user: user,
                    details: ["email": .string(services.subjects.hash(.email, input.email.text)), "address": .string(address.shortened())],
                    origin: origin
                )
                let opening = services.sessions.prepare(for: user, method: .email, origin: origin, now: now)
                let results = try await transaction.pipeline(
                    opening.statements + [
                        EmailOutbox.insert(.welcome, to: input.email.text, user: user, at: now, requestID: origin.requestID),
                        AccountNotice.welcome(to: user).insert(at: now), AuditLog.insert(event, at: now),
                    ]
                )
                return (try opening.session(results[0]), account, event)
            }
        } catch let error as PostgresError where error.isUniqueViolation {
            throw try await conflict(registration, error)
        }
        services.audit.count(entry.event)
        await services.mailBell.ring()
        return try await services.tokens.answer(entry.session, account: entry.account, at: now)
    }

    /// The indexes have decided; this tells what stood in the way, the e-mail before the address before the name.
    private func conflict(_ registration: Registration, _ error: PostgresError) async throws -> any Error {
        let rows = try await services.database.query(EmailStore.conflicts(with: registration))
        guard let (email, address, name) = try rows.first?.decode((Bool, Bool, Bool).self) else { return error }
        if email { return APIError.emailTaken }
        if address { return APIError.walletInUse }
        if name { return APIError.displayNameTaken }
        // Whoever held it a moment ago is gone; the next attempt succeeds.
        return APIError.unavailable()
    }
}
