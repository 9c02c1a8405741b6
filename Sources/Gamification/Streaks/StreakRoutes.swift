import API
import GameRules
import HTTPTypes
import Platform

/// The caller's streak and the weeks it is made of (spec 05 §9 nos. 7, 8).
enum StreakRoutes {
    static let streak = Endpoint<NoInput, StreakAnswer>(
        .get,
        "/api/v1/users/me/streak",
        id: "getStreak",
        tag: GamificationRoutes.tag,
        summary: "The caller's streak of active weeks",
        auth: GamificationRoutes.reading,
        rate: .standard,
        cache: GamificationRoutes.cache
    )

    static let calendar = Endpoint<CalendarQuery, StreakCalendar>(
        .get,
        "/api/v1/users/me/streak/calendar",
        id: "getStreakCalendar",
        tag: GamificationRoutes.tag,
        summary: "The caller's weeks of mining, newest first",
        auth: GamificationRoutes.reading,
        rate: .standard,
        cache: GamificationRoutes.cache
    )

    static func add(to table: inout RouteTable<AppContext>, services: GamificationServices) {
        table.add(streak) { _, context in
            StreakAnswer(view: try await services.progress.progress(of: context.requirePrincipal().user, at: context.now).streak)
        }
        table.add(calendar) { query, context in
            try await services.calendar.calendar(
                of: context.requirePrincipal().user,
                count: query.weeks,
                running: ISOWeek(containing: context.now),
                fill: query.fill
            )
        }
    }
}
