import Bitcoin
import GameRules
import Platform
import Postgres

/// The SQL of accounts with e-mail and password (spec 02 §6).
enum EmailStore {
    /// An account with what its password is compared with.
    struct Credentials: Sendable {
        let account: AccountRecord
        let passwordHash: String?
    }

    private static let credentialColumns: SQL = "\(sql: ProfileStore.columns), u.password_hash"

    /// Reads a row of account and hash.
    static func credentials(_ row: PostgresRow) throws -> Credentials {
        Credentials(account: try ProfileStore.record(row), passwordHash: try String?(postgres: row[row.columnCount - 1]))
    }

    /// Answers one row for ``credentials(_:)``, or none.
    static func credentials(of email: EmailAddress) -> SQL {
        SQL.named("login_lookup", "select \(sql: credentialColumns) from users u where lower(u.email) = \(email.text)")
    }

    /// Answers one row for ``credentials(_:)``, or none.
    static func credentials(of user: UserID) -> SQL {
        SQL.named("password_lookup", "select \(sql: credentialColumns) from users u where u.id = \(user)")
    }

    /// Locks an account. Answers one row for ``credentials(_:)``, or none.
    static func lock(_ user: UserID) -> SQL {
        SQL.named("password_lock", "select \(sql: credentialColumns) from users u where u.id = \(user) for no key update")
    }

    /// Makes an account. Answers ``ProfileStore/columns``; fails with a unique violation where e-mail, address or name is taken.
    static func register(_ registration: Registration, at now: Instant) -> SQL {
        SQL.named(
            "register",
            """
            insert into users as u (btc_address, email, password_hash, auth_method, display_name, display_name_normalized, country_code,
                                    last_login, login_count, created_at, updated_at)
            values (\(registration.address.canonical), \(registration.email.text), \(registration.passwordHash), 'email',
                    \(registration.displayName?.text), \(registration.displayName?.normalized), \(registration.countryCode),
                    \(now), 1, \(now), \(now))
            returning \(sql: ProfileStore.columns)
            """
        )
    }

    /// What stands in the way of a registration: whether the e-mail, the address, the name is taken.
    static func conflicts(with registration: Registration) -> SQL {
        SQL.named(
            "register_conflicts",
            """
            select exists (select 1 from users where lower(email) = \(registration.email.text)),
                   exists (select 1 from users where btc_address = \(registration.address.canonical)),
                   exists (select 1 from users where display_name_normalized = \(registration.displayName?.normalized))
            """
        )
    }

    /// Notes a login. Answers ``ProfileStore/columns``.
    /// - Parameter renewedHash: replaces the stored hash.
    static func logIn(_ user: UserID, renewedHash: String?, at now: Instant) -> SQL {
        SQL.named(
            "login",
            """
            update users u set last_login = \(now), login_count = login_count + 1, updated_at = \(now),
                               password_hash = coalesce(\(renewedHash), password_hash)
            where u.id = \(user) returning \(sql: ProfileStore.columns)
            """
        )
    }

    /// Puts another password in place.
    /// - Parameter provesMailbox: whether it was set through a link that was sent there.
    static func setPassword(_ hash: String, of user: UserID, provesMailbox: Bool, at now: Instant) -> SQL {
        SQL.named(
            "password_set",
            """
            update users set password_hash = \(hash), email_verified = email_verified or \(provesMailbox), updated_at = \(now)
            where id = \(user)
            """
        )
    }
}
