import API
package import GameRules
package import Postgres
import Platform

/// The names under which users are credited where others see it, such as for a block (spec 10 §2). Not a gate: a user who does not want to
/// be named is still there, under a name that says nothing.
package struct PublicCredits: Sendable {
    private let database: PostgresClient

    package init(database: PostgresClient) {
        self.database = database
    }

    /// The credits of some users, in one look-up; users who are gone have none.
    package func credits(of users: Set<UserID>) async throws -> [UserID: PublicCredit] {
        guard !users.isEmpty else { return [:] }
        return try Self.credits(await database.query(Self.select(users.sorted())))
    }

    /// The same as a transaction sees it, whose users others may not see yet.
    package static func credits(of users: Set<UserID>, in transaction: PostgresTransaction) async throws -> [UserID: PublicCredit] {
        guard !users.isEmpty else { return [:] }
        return try credits(await transaction.query(select(users.sorted())))
    }

    private static func credits(_ rows: PostgresRows) throws -> [UserID: PublicCredit] {
        var credits: [UserID: PublicCredit] = [:]
        for row in rows {
            let (id, address, name, country, banned, privacy) = try row.decode((UserID, String, String?, String?, Bool, JSONB?).self)
            let choices = PrivacyChoices(stored: try privacy?.parsed().objectValue ?? JSONObject())
            let isNamed = choices.showOnLeaderboard && !banned
            let ownName = name ?? DisplayName.fallback(for: id)
            credits[id] = PublicCredit(
                name: isNamed ? ownName : DisplayName.fallback(for: id),
                countryCode: isNamed && choices.showCountryFlag ? country ?? "" : "",
                ownName: ownName,
                ownCountryCode: country ?? "",
                publicAddress: choices.publicProfile && !banned ? address : nil,
                isNamed: isNamed
            )
        }
        return credits
    }

    static func select(_ users: [UserID]) -> SQL {
        SQL.named(
            "public_credits",
            """
            select u.id, u.btc_address, u.display_name, u.country_code, u.is_banned, s.privacy
            from users u left join user_settings s on s.user_id = u.id
            where u.id = any(\(users))
            """
        )
    }
}

/// How a user is credited.
package struct PublicCredit: Sendable {
    /// Never empty: `Miner-<id>` for users without a name, and for those who do not want to be named.
    package let name: String
    /// Two letters; empty when hidden or not set.
    package let countryCode: String
    /// The name as the user sees it.
    package let ownName: String
    /// The country as the user sees it; empty when not set.
    package let ownCountryCode: String
    /// The canonical address; nil unless the user's public profile is on.
    package let publicAddress: String?
    /// Whether texts for everybody may name the user (spec 08 §3).
    package let isNamed: Bool
}
