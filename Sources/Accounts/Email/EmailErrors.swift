import API
import HTTPTypes

extension APIError {
    static let emailTaken = APIError.conflict("email_taken", "An account with this e-mail exists already.")
    static let emailNotSet = APIError.conflict("email_not_set", "This account has no e-mail.")
    static let emailAlreadyVerified = APIError.conflict("email_already_verified", "Your e-mail is confirmed already.")
    static let passwordNotSet = APIError.conflict("password_not_set", "This account has no password: it signs in with its wallet.")

    /// One text for every cause: an unknown e-mail, a wrong password, an account without password.
    static let credentialsInvalid = APIError.unauthorized("credentials_invalid", "E-mail or password is wrong.")
    static let passwordIncorrect = APIError.unauthorized("password_incorrect", "Your current password is wrong.")

    /// One text for every cause: unknown, expired and used.
    static let mailTokenInvalid = APIError(
        .badRequest,
        "token_invalid",
        "This link is not valid or has been used. Please ask for a new one."
    )

    static let passwordUnchanged = APIError(
        .unprocessableContent,
        "password_unchanged",
        "The new password is the current one.",
        faults: [FieldFault(field: "new_password", code: "password_unchanged", message: "Must differ from the current password.")]
    )

    static func accountLocked(retryAfterSeconds: Int) -> APIError {
        .rateLimited(retryAfterSeconds: retryAfterSeconds, code: "account_locked", detail: "Too many failed attempts. Please wait.")
    }

    static func resendCooldown(retryAfterSeconds: Int) -> APIError {
        .rateLimited(retryAfterSeconds: retryAfterSeconds, code: "resend_cooldown", detail: "A mail is on its way. Please wait a little.")
    }

    /// What the e-mail routes answer where sign-in by e-mail is not offered.
    static let featureDisabled = APIError.notFound("feature_disabled", "Sign-in by e-mail is not available here.")
}
