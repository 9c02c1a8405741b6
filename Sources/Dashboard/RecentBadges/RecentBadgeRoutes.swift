import API
import GameRules
import HTTPTypes
import Platform

/// The caller's newest badges (spec 04 §6).
enum RecentBadgeRoutes {
    static let badges = Endpoint<RecentBadgesQuery, [RecentBadge]>(
        .get,
        "/api/v1/dashboard/recent-badges",
        id: "dashboardRecentBadges",
        tag: DashboardRoutes.tag,
        summary: "The caller's newest badges, newest first",
        auth: DashboardRoutes.auth,
        rate: .standard,
        cache: DashboardRoutes.cache
    )

    static func add(to table: inout RouteTable<AppContext>, store: RecentBadgeStore) {
        table.add(badges) { query, context in
            try await store.newest(of: try context.requirePrincipal().user, limit: query.limit)
        }
    }
}

/// How many badges are asked for.
struct RecentBadgesQuery: EndpointInput {
    let limit: Int

    init(from fields: inout RequestFields) {
        limit = fields.query("limit", .integer(1...20), default: 5)
    }
}

/// A badge somebody has earned.
struct RecentBadge: ResponseObject {
    let slug: String
    let name: String
    let description: String
    let rarity: String
    let earnedAt: Instant

    static let fields = JSONFields<RecentBadge>()
        .field("slug", \.slug)
        .field("name", \.name)
        .field("description", \.description)
        .field("rarity", \.rarity, "`common`, `rare`, `epic` or `legendary`")
        .field("earned_at", \.earnedAt.rfc3339)
}
