package import API
package import GameRules
import Platform

/// What a user sees of their own account (spec 02 §8.1). Never holds hashes, ban data or the session version.
package struct UserProfile: ResponseObject, Equatable {
    package let id: UserID
    /// Canonical address.
    package let address: String
    /// `wallet`, `email` or `both` (spec 02 §1).
    package let authMethod: String
    package let email: String?
    package let isEmailVerified: Bool
    package let displayName: String?
    /// ISO 3166-1 alpha-2.
    package let countryCode: String?
    package let avatarURL: String?
    package let bio: String?
    /// Whether control of the address has been proven for this account.
    package let isVerified: Bool
    package let createdAt: Instant
    package let lastLogin: Instant?
    package let loginCount: Int
    /// `full` or `simple`.
    package let uiMode: String
    package let hasPassword: Bool
    package let isAdmin: Bool

    package static let fields = JSONFields<UserProfile>()
        .field("id", \.id.rawValue)
        .field("btc_address", \.address, "Canonical spelling")
        .field("auth_method", \.authMethod, "`wallet`, `email` or `both`")
        .field("email", \.email)
        .field("email_verified", \.isEmailVerified)
        .field("display_name", \.displayName)
        .field("country_code", \.countryCode, "ISO 3166-1 alpha-2")
        .field("avatar_url", \.avatarURL)
        .field("bio", \.bio)
        .field("is_verified", \.isVerified, "Whether control of the address has been proven")
        .field("created_at", \.createdAt.rfc3339)
        .field("last_login", \.lastLogin?.rfc3339)
        .field("login_count", \.loginCount)
        .field("ui_mode", \.uiMode, "`full` or `simple`")
        .field("has_password", \.hasPassword)
        .field("is_admin", \.isAdmin)
}
