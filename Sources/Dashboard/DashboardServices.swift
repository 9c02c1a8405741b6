package import Platform

/// What answers the routes of the start page.
package struct DashboardServices: Sendable {
    package let stats: StatsService
    let badges: RecentBadgeStore

    package init(runtime: Runtime) {
        stats = StatsService(runtime: runtime)
        badges = RecentBadgeStore(database: runtime.database)
    }
}
