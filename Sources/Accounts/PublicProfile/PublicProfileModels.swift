import API
import GameRules

/// The user a path names. Whatever stands there is looked up; what cannot even be read is nobody's.
struct PublicProfilePath: EndpointInput {
    let address: String

    init(from fields: inout RequestFields) {
        address = fields.path("btc_address", .string(0...4096), orThrow: .userNotFound, doc: "Bech32 in either case")
    }
}

/// A user's page for strangers (spec 02 §8.6).
struct PublicProfile: ResponseObject {
    let user: PublicUser

    /// The day alone: when exactly someone came is nobody's business.
    private var memberSince: Instant { UTCDay(containing: user.createdAt).start }

    static let fields = JSONFields<PublicProfile>()
        .field("btc_address", \.user.address, "Canonical spelling")
        .field("display_name", \.user.displayName, "`Miner-<id>` for users without a name")
        .field("country_code", \.user.countryCode, "Null when hidden or not set")
        .field("avatar_url", \.user.avatarURL)
        .field("bio", \.user.bio)
        .field("is_verified", \.user.isVerified)
        .field("created_at", \.memberSince.rfc3339, "Midnight UTC of the day")
}
