package import API
package import Platform

/// The gamification API (spec 05 §9): the routes of all its rooms, in the order of the documentation.
package enum GamificationRoutes {
    static let tag = "Gamification"
    static let reading = AuthRule.bearerOrKey(scope: "read")
    static let writing = AuthRule.bearerOrKey(scope: "write")
    /// What concerns one user is kept by nobody.
    static let cache = CachePolicy("private, no-store")

    package static func add(to table: inout RouteTable<AppContext>, services: GamificationServices) {
        BadgeRoutes.add(to: &table, services: services)
        LevelRoutes.add(to: &table)
        ProgressRoutes.add(to: &table, services: services)
        StreakRoutes.add(to: &table, services: services)
        CelebrationRoutes.add(to: &table, store: services.celebrations)
    }
}
