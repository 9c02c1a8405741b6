import API

/// `POST /auth/register` (spec 02 §6).
struct RegisterInput: EndpointInput {
    let email: EmailAddress
    let password: String
    let address: String
    let displayName: DisplayName?
    let countryCode: String?

    init(from fields: inout RequestFields) {
        email = fields.body("email", .emailAddress)
        password = fields.body("password", .newPassword, doc: "Upper-case, lower-case and digit; none of the common ones")
        address = fields.body("btc_address", .addressText, doc: "Where rewards go; need not be proven yet")
        displayName = fields.optionalBody("display_name", .displayName)
        countryCode = fields.optionalBody("country_code", .countryCode, doc: "ISO 3166-1 alpha-2")
    }
}

/// `POST /auth/login` (spec 02 §6).
struct LoginInput: EndpointInput {
    let email: EmailAddress
    let password: String

    init(from fields: inout RequestFields) {
        email = fields.body("email", .emailAddress)
        password = fields.body("password", .presentedPassword)
    }
}

/// A body that holds a token of a mail.
struct MailTokenInput: EndpointInput {
    let token: MailToken?

    init(from fields: inout RequestFields) {
        token = MailToken(fields.body("token", .mailToken, doc: "From the link of the mail"))
    }
}

/// `POST /auth/forgot-password` (spec 02 §6).
struct ForgotPasswordInput: EndpointInput {
    let email: EmailAddress

    init(from fields: inout RequestFields) {
        email = fields.body("email", .emailAddress)
    }
}

/// `POST /auth/reset-password` (spec 02 §6).
struct ResetPasswordInput: EndpointInput {
    let token: MailToken?
    let newPassword: String

    init(from fields: inout RequestFields) {
        token = MailToken(fields.body("token", .mailToken, doc: "From the link of the mail"))
        newPassword = fields.body("new_password", .newPassword)
    }
}

/// `POST /auth/change-password` (spec 02 §6).
struct ChangePasswordInput: EndpointInput {
    let currentPassword: String
    let newPassword: String

    init(from fields: inout RequestFields) {
        currentPassword = fields.body("current_password", .presentedPassword)
        newPassword = fields.body("new_password", .newPassword)
    }
}

extension FieldRule where Value == String {
    fileprivate static var mailToken: FieldRule { .string(1...128, trims: false) }
}
