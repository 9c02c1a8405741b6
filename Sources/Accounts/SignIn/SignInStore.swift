import Bitcoin
import GameRules
import Platform
import Postgres

/// The SQL of signing in by signature (spec 02 §5.2, §5.3).
enum SignInStore {
    /// Makes the account of an address that has none. It looks first, so that ordinary sign-ins use up no id.
    static func create(_ address: BitcoinAddress, now: Instant) -> SQL {
        SQL.named(
            "sign_in_create",
            """
            insert into users (btc_address, created_at, updated_at)
            select \(address.canonical), \(now), \(now) where not exists (select 1 from users where btc_address = \(address.canonical))
            on conflict (btc_address) do nothing
            """
        )
    }

    /// Locks the account of an address. Answers ``ProfileStore/columns``. Rows that refer to it can still be inserted meanwhile.
    static func lock(_ address: BitcoinAddress) -> SQL {
        SQL.named(
            "sign_in_lock",
            "select \(sql: ProfileStore.columns) from users u where u.btc_address = \(address.canonical) for no key update"
        )
    }

    /// Notes a proof and a sign-in. Answers ``ProfileStore/columns``.
    static func signIn(_ user: UserID, now: Instant) -> SQL {
        SQL.named(
            "sign_in",
            """
            update users u set
                is_verified = true, auth_method = case when password_hash is null then 'wallet' else 'both' end,
                last_login = \(now), login_count = login_count + 1, updated_at = \(now)
            where u.id = \(user)
            returning \(sql: ProfileStore.columns)
            """
        )
    }

    /// Notes the proof of a signed-in account with a password.
    static func link(_ user: UserID, now: Instant) -> SQL {
        SQL.named(
            "link_wallet",
            "update users set is_verified = true, auth_method = 'both', updated_at = \(now) where id = \(user) and password_hash is not null"
        )
    }

    /// Takes everything from an account that belonged to whoever registered it by e-mail. What belongs to the address stays: the id and its
    /// mining history.
    static func clear(_ user: UserID, now: Instant) -> [SQL] {
        [
            """
            update users set
                email = null, email_verified = false, password_hash = null, auth_method = 'wallet', display_name = null,
                display_name_normalized = null, bio = null, avatar_url = null, session_version = session_version + 1, updated_at = \(now)
            where id = \(user)
            """,
            "delete from user_settings where user_id = \(user)",
            "delete from notification_preferences where user_id = \(user)",
            "delete from api_keys where user_id = \(user)",
            "delete from email_verification_tokens where user_id = \(user)",
            "delete from password_reset_tokens where user_id = \(user)",
            "delete from email_outbox where user_id = \(user) and state = 'pending'",
        ]
    }
}
