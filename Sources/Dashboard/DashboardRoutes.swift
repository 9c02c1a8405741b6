package import API
package import Platform

/// The start page (spec 04 §1): figures and recent badges. The feed, upcoming events and the socket are the feed's.
package enum DashboardRoutes {
    static let tag = "Dashboard"
    static let auth = AuthRule.bearerOrKey(scope: "read")
    static let cache = CachePolicy("private, no-store")

    package static func add(to table: inout RouteTable<AppContext>, services: DashboardServices) {
        StatsRoutes.add(to: &table, service: services.stats)
        RecentBadgeRoutes.add(to: &table, store: services.badges)
    }
}
