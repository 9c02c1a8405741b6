import API
import GameRules
import Platform
import Postgres

/// The SQL of address changes (spec 02 §8.5, §12).
enum WalletStore {
    /// Answers current address, whether there is a password, whether another user holds the new address.
    static func standing(of user: UserID, towards address: String) -> SQL {
        SQL.named(
            "wallet_standing",
            """
            select u.btc_address, u.password_hash is not null,
                   exists (select from users o where o.btc_address = \(address) and o.id <> u.id)
            from users u where u.id = \(user)
            """
        )
    }

    /// Answers instants of changes, newest first.
    static func recentChanges(of user: UserID, since: Instant) -> SQL {
        """
        select changed_at from wallet_address_history where user_id = \(user) and changed_at > \(since) order by changed_at desc limit 100
        """
    }

    /// Fails on `users_address_key` when another user holds the address.
    static func move(_ user: UserID, to address: String, isProven: Bool, at now: Instant) -> SQL {
        SQL.named(
            "wallet_move",
            "update users set btc_address = \(address), is_verified = \(isProven), updated_at = \(now) where id = \(user)"
        )
    }

    static func remember(
        _ user: UserID,
        from old: String,
        to new: String,
        isProven: Bool,
        clientAddress: String?,
        at now: Instant
    ) -> SQL {
        SQL.named(
            "wallet_history",
            """
            insert into wallet_address_history (user_id, old_address, new_address, proven, changed_at, ip_address)
            values (\(user), \(old), \(new), \(isProven), \(now), \(clientAddress.flatMap { Inet($0) }))
            """
        )
    }

    /// Takes back what speaks for an address nobody has proven.
    static func resetClaims(of user: UserID, at now: Instant) -> SQL {
        SQL.named(
            "wallet_reset_claims",
            """
            update user_settings set privacy = privacy - 'publicProfile', mining = mining - 'coinbaseSignature', updated_at = \(now)
            where user_id = \(user)
            """
        )
    }
}
