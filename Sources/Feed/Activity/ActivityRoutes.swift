package import API
import HTTPTypes
package import Platform

/// What the start page reads beside its figures (spec 04 routes 2, 3).
package enum ActivityRoutes {
    static let feed = Endpoint<FeedQuery, [FeedItem]>(
        .get,
        "/api/v1/dashboard/feed",
        id: "dashboardFeed",
        tag: "Dashboard",
        summary: "What happens in the game, newest first",
        auth: .bearerOrKey(scope: "read"),
        rate: .standard,
        cache: CachePolicy("private, no-store")
    )

    static let events = Endpoint<NoInput, [UpcomingEventItem]>(
        .get,
        "/api/v1/dashboard/events",
        id: "dashboardEvents",
        tag: "Dashboard",
        summary: "What is coming up for the caller, the next to end first",
        auth: .bearerOrKey(scope: "read"),
        rate: .standard,
        cache: CachePolicy("private, no-store")
    )

    package static func add(to table: inout RouteTable<AppContext>, feed activity: ActivityFeed, events upcoming: UpcomingEvents) {
        table.add(feed) { query, context in
            _ = try context.requirePrincipal()
            return try await activity.page(limit: query.limit, before: query.before)
        }
        table.add(events) { _, context in try await upcoming.list(for: context.requirePrincipal().user, at: context.now) }
    }
}

/// Which entries of the feed are asked for.
struct FeedQuery: EndpointInput {
    let limit: Int
    let before: Int64?

    init(from fields: inout RequestFields) {
        limit = fields.query("limit", .integer(1...50), default: 20)
        before = fields.optionalQuery("before_id", .integer(1...Int(Int64.max)), doc: "Only entries older than this one").map(Int64.init)
    }
}
