import API
import HTTPTypes
package import Platform

/// Accounts with e-mail and password (spec 02 §6).
package enum EmailRoutes {
    private static let base = "/api/v1/auth"
    private static let tag = "E-mail sign-in"
    private static let disabled = DocumentedError.notFound("feature_disabled")

    static let register = Endpoint<RegisterInput, TokenAnswer>(
        .post,
        base + "/register",
        id: "register",
        tag: tag,
        summary: "Make an account with e-mail and password",
        details: "The account is usable at once; a mail asks to confirm the mailbox. The Bitcoin address is named, not proven.",
        auth: .none,
        rate: .registration,
        errors: DocumentedError.addresses + [
            disabled, .unprocessable("password_too_weak"), .conflict("email_taken"), .conflict("wallet_address_in_use"),
            .conflict("display_name_taken"), .unavailable("busy"),
        ]
    )

    static let login = Endpoint<LoginInput, TokenAnswer>(
        .post,
        base + "/login",
        id: "login",
        tag: tag,
        summary: "Sign in with e-mail and password",
        auth: .none,
        rate: .credentials,
        errors: [
            disabled, .unauthorized("credentials_invalid"), .forbidden("account_banned"), .tooManyRequests("account_locked"),
            .unavailable("busy"),
        ]
    )

    static let verifyEmail = Endpoint<MailTokenInput, StatusAnswer>(
        .post,
        base + "/verify-email",
        id: "verifyEmail",
        tag: tag,
        summary: "Confirm the mailbox with the token of a mail",
        auth: .none,
        rate: .credentials,
        errors: [disabled, .badRequest("token_invalid")]
    )

    static let resendVerification = Endpoint<NoInput, StatusAnswer>(
        .post,
        base + "/resend-verification",
        id: "resendVerification",
        tag: tag,
        summary: "Send another mail that asks to confirm the mailbox",
        auth: .bearer,
        rate: .strict,
        errors: [
            disabled, .conflict("email_not_set"), .conflict("email_already_verified"), .tooManyRequests("resend_cooldown"),
        ]
    )

    static let forgotPassword = Endpoint<ForgotPasswordInput, StatusAnswer>(
        .post,
        base + "/forgot-password",
        id: "forgotPassword",
        tag: tag,
        summary: "Ask for a mail to set a new password",
        details: "Answers the same whether or not there is such an account.",
        auth: .none,
        rate: .forgottenPassword,
        errors: [disabled]
    )

    static let resetPassword = Endpoint<ResetPasswordInput, StatusAnswer>(
        .post,
        base + "/reset-password",
        id: "resetPassword",
        tag: tag,
        summary: "Set a new password with the token of a mail",
        details: "Ends every session. A password that is too weak leaves the token good.",
        auth: .none,
        rate: .credentials,
        errors: [disabled, .unprocessable("password_too_weak"), .badRequest("token_invalid"), .unavailable("busy")]
    )

    static let changePassword = Endpoint<ChangePasswordInput, StatusAnswer>(
        .post,
        base + "/change-password",
        id: "changePassword",
        tag: tag,
        summary: "Change the password",
        details: "Ends every other session; this one goes on with its next refresh.",
        auth: .bearer,
        rate: .strict,
        errors: [
            disabled, .conflict("password_not_set"), .unauthorized("password_incorrect"), .unprocessable("password_too_weak"),
            .unprocessable("password_unchanged"), .tooManyRequests("account_locked"), .unavailable("busy"),
        ]
    )

    private static let ids = [
        register.id, login.id, verifyEmail.id, resendVerification.id, forgotPassword.id, resetPassword.id, changePassword.id,
    ]

    /// What the gate asks before everything else: where sign-in by e-mail is not offered, its routes answer 404 whatever is sent.
    package static func prechecks(_ settings: MailSettings) -> [String: ServiceGate.Precheck] {
        guard !settings.isEnabled else { return [:] }
        let refusal: ServiceGate.Precheck = { _ in throw APIError.featureDisabled }
        return Dictionary(uniqueKeysWithValues: ids.map { ($0, refusal) })
    }

    static func add(to table: inout RouteTable<AppContext>, services: AccountsServices) {
        let registration = RegistrationService(services: services)
        let logins = LoginService(services: services)
        let mailboxes = MailboxService(services: services)
        let passwords = PasswordService(services: services)
        let events = services.events

        table.add(register) { input, context in
            try await events.counting(.registration) {
                try await registration.register(input, origin: context.origin, at: context.now)
            }
        }
        table.add(login) { input, context in
            try await events.counting(.email) {
                try await logins.logIn(input, network: context.network, origin: context.origin, at: context.now)
            }
        }
        table.add(verifyEmail) { input, context in
            try await mailboxes.confirm(input.token, origin: context.origin, at: context.now)
            return StatusAnswer("email_verified")
        }
        table.add(resendVerification) { _, context in
            try await mailboxes.resend(to: try context.requirePrincipal(), origin: context.origin, at: context.now)
            return StatusAnswer("verification_email_sent")
        }
        table.add(forgotPassword) { input, context in
            try await passwords.forgot(input, origin: context.origin, at: context.now)
            return StatusAnswer("accepted")
        }
        table.add(resetPassword) { input, context in
            try await events.counting(.password) {
                try await passwords.reset(input, network: context.network, origin: context.origin, at: context.now)
            }
            return StatusAnswer("password_reset_complete")
        }
        table.add(changePassword) { input, context in
            try await events.counting(.password) {
                try await passwords.change(input, by: try context.requirePrincipal(), origin: context.origin, at: context.now)
            }
            return StatusAnswer("password_changed")
        }
    }
}

extension AppContext {
    /// The address group failures are counted under.
    fileprivate var network: String { client?.group ?? "unknown" }
}
