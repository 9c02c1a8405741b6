package import GameRules
import Platform
package import Postgres

/// An account as sign-in needs it: what its owner sees, and what they do not.
package struct AccountRecord: Sendable, Equatable {
    package let profile: UserProfile
    /// Access tokens of a lower version are dead.
    package let sessionVersion: Int
    package let isBanned: Bool
}

/// The SQL of profiles.
package struct ProfileStore: Sendable {
    /// What ``record(_:)`` reads, of a row of `users` called `u`; for `select` and `returning` alike.
    package static let columns: SQL = """
        u.id, u.btc_address, u.auth_method, u.email, u.email_verified, u.display_name, u.country_code, u.avatar_url, u.bio, u.is_verified,
        u.created_at, u.last_login, u.login_count, u.ui_mode, u.password_hash is not null, u.is_admin, u.session_version, u.is_banned
        """

    private let database: PostgresClient

    package init(database: PostgresClient) {
        self.database = database
    }

    /// The profile of a user; nil for an id nobody has.
    package func profile(of user: UserID) async throws -> UserProfile? { try await account(user)?.profile }

    /// The account of a user; nil for an id nobody has.
    package func account(_ user: UserID) async throws -> AccountRecord? {
        try await database.query(Self.statement(of: user)).first.map(Self.record)
    }

    /// Answers one row for ``record(_:)``.
    package static func statement(of user: UserID) -> SQL {
        SQL.named("profile", "select \(sql: columns) from users u where u.id = \(user)")
    }

    /// Reads a row of ``columns``.
    package static func record(_ row: PostgresRow) throws -> AccountRecord {
        let (
            id, address, method, email, emailVerified, name, country, avatar, bio, verified, created, lastLogin, logins, mode, hasPassword,
            isAdmin, version, isBanned
        ) = try row.decode(
            (
                UserID, String, String, String?, Bool, String?, String?, String?, String?, Bool, Instant, Instant?, Int32, String, Bool,
                Bool,
                Int32, Bool
            ).self
        )
        let profile = UserProfile(
            id: id,
            address: address,
            authMethod: method,
            email: email,
            isEmailVerified: emailVerified,
            displayName: name,
            countryCode: country,
            avatarURL: avatar,
            bio: bio,
            isVerified: verified,
            createdAt: created,
            lastLogin: lastLogin,
            loginCount: Int(logins),
            uiMode: mode,
            hasPassword: hasPassword,
            isAdmin: isAdmin
        )
        return AccountRecord(profile: profile, sessionVersion: Int(version), isBanned: isBanned)
    }
}
