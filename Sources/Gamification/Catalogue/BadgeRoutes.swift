import API
import HTTPTypes
import Platform

/// The catalogue, and what the caller has of it (spec 05 §9 nos. 1, 2, 4).
enum BadgeRoutes {
    static let list = Endpoint<BadgesQuery, BadgeList>(
        .get,
        "/api/v1/badges",
        id: "listBadges",
        tag: GamificationRoutes.tag,
        summary: "Every badge there is to earn, with how many have it",
        auth: .none,
        rate: .relaxed,
        cache: .public(maxAgeSeconds: 60)
    )

    static let badge = Endpoint<BadgePath, BadgeDetail>(
        .get,
        "/api/v1/badges/{slug}",
        id: "getBadge",
        tag: GamificationRoutes.tag,
        summary: "One badge and who earned it last",
        auth: .none,
        rate: .relaxed,
        errors: [.notFound("badge_not_found")],
        cache: .public(maxAgeSeconds: 60)
    )

    static let earned = Endpoint<NoInput, EarnedBadges>(
        .get,
        "/api/v1/users/me/badges",
        id: "listEarnedBadges",
        tag: GamificationRoutes.tag,
        summary: "The caller's badges, newest first",
        auth: GamificationRoutes.reading,
        rate: .standard,
        cache: GamificationRoutes.cache
    )

    static func add(to table: inout RouteTable<AppContext>, services: GamificationServices) {
        table.add(list) { query, _ in try await services.badges.list(in: query.category) }
        table.add(badge) { path, _ in
            guard let badge = try await services.badges.detail(slug: path.slug) else { throw APIError.badgeNotFound }
            return badge
        }
        table.add(earned) { _, context in
            let rows = try await services.earned.badges(of: context.requirePrincipal().user)
            let directory = try await services.directory.contents(naming: rows.map(\.badge), at: context.now)
            return EarnedBadges(rows: rows, directory: directory)
        }
    }
}
