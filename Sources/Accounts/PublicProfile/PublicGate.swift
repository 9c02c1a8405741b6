package import API
package import Bitcoin
package import GameRules
package import Postgres
import Platform

/// The one door to what strangers see of a user (spec 10 §2): private, unknown and banned users, and texts that are no address, are
/// indistinguishable behind it, in answer and in work.
package struct PublicGate: Sendable {
    private let database: PostgresClient
    private let network: BitcoinNetwork

    package init(database: PostgresClient, network: BitcoinNetwork) {
        self.database = database
        self.network = network
    }

    /// The user of an address, if strangers may see them.
    /// - Parameter text: as in the path; bech32 in either case.
    package func admit(_ text: String) async throws -> PublicUser? {
        // No user has the empty address, so that what is no address costs the same look-up.
        let address = (try? BitcoinAddress(parsing: text, network: network))?.canonical ?? ""
        guard let row = try await database.query(Self.select(address)).first else { return nil }
        let (id, address_, name, country, avatar, bio, verified, created, banned, privacy) = try row.decode(
            (UserID, String, String?, String?, String?, String?, Bool, Instant, Bool, JSONB?).self
        )
        let choices = PrivacyChoices(stored: try privacy?.parsed().objectValue ?? JSONObject())
        guard choices.publicProfile, !banned else { return nil }
        return PublicUser(
            id: id,
            address: address_,
            displayName: name ?? DisplayName.fallback(for: id),
            countryCode: choices.showCountryFlag ? country : nil,
            avatarURL: avatar,
            bio: bio,
            isVerified: verified,
            createdAt: created,
            privacy: choices
        )
    }

    static func select(_ address: String) -> SQL {
        SQL.named(
            "public_user",
            """
            select u.id, u.btc_address, u.display_name, u.country_code, u.avatar_url, u.bio, u.is_verified, u.created_at, u.is_banned,
                   s.privacy
            from users u left join user_settings s on s.user_id = u.id
            where u.btc_address = \(address)
            """
        )
    }
}

/// A user as strangers may see them.
package struct PublicUser: Sendable, Equatable {
    package let id: UserID
    /// Canonical.
    package let address: String
    /// Never empty.
    package let displayName: String
    /// Nil when hidden or not set.
    package let countryCode: String?
    package let avatarURL: String?
    package let bio: String?
    package let isVerified: Bool
    package let createdAt: Instant
    package let privacy: PrivacyChoices
}

extension APIError {
    /// 404 for every user strangers may not see, for whatever reason.
    package static let userNotFound = APIError.notFound("user_not_found", "There is no public profile here.")
}
