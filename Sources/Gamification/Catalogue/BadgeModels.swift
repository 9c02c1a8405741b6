import API
import GameRules

/// What a badge is for (spec 05 §4.1).
enum BadgeCategory: String, CaseIterable, Sendable, JSONEncodable {
    case mining, streak, node, competition, social
}

/// Which badges a caller wants to see.
struct BadgesQuery: EndpointInput {
    let category: BadgeCategory?

    init(from fields: inout RequestFields) {
        category = fields.optionalQuery("category", .oneOf(), doc: "Only badges of this kind")
    }
}

/// A badge a path names. What is no slug names no badge.
struct BadgePath: EndpointInput {
    let slug: String

    init(from fields: inout RequestFields) {
        slug = fields.path("slug", .string(1...64, trims: false), orThrow: .badgeNotFound)
    }
}

/// A badge of the catalogue with its statistics.
struct BadgeItem: ResponseObject, Equatable {
    let slug: String
    let name: String
    let description: String
    let category: String
    let rarity: String
    let xpReward: Int32
    let totalEarned: Int32
    /// Of all who have mined or earned anything, in hundredths of a percent.
    let percentageHundredths: Int64
    /// The condition in words.
    let trigger: String

    static let fields = JSONFields<BadgeItem>()
        .field("slug", \.slug)
        .field("name", \.name)
        .field("description", \.description)
        .field("category", \.category)
        .field("rarity", \.rarity, "`common`, `rare`, `epic` or `legendary`")
        .field("xp_reward", \.xpReward)
        .field("total_earned", \.totalEarned, "How many users have it")
        .field("percentage", { JSONDecimal(units: $0.percentageHundredths, fractionDigits: 2) }, "0 to 100, of active users")
        .field("trigger", \.trigger, "The condition in words")
}

/// Every badge there is to earn.
struct BadgeList: ResponseObject {
    let badges: [BadgeItem]

    static let fields = JSONFields<BadgeList>().field("badges", \.badges, "In the order of the catalogue")
}

/// Who earned a badge, and when.
struct BadgeEarner: ResponseObject, Equatable {
    let user: String
    let earnedAt: Instant

    static let fields = JSONFields<BadgeEarner>()
        .field("user", \.user, "Public name")
        .field("earned_at", \.earnedAt.rfc3339)
}

/// One badge and who earned it last.
struct BadgeDetail: ResponseObject {
    let item: BadgeItem
    let recentEarners: [BadgeEarner]

    static let fields = JSONFields<BadgeDetail>()
        .members(of: \.item)
        .field("recent_earners", \.recentEarners, "Newest first, at most 10; who does not want to be named is not among them")
}

extension APIError {
    static let badgeNotFound = APIError.notFound("badge_not_found", "There is no such badge.")
}
