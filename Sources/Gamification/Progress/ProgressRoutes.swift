import API
import HTTPTypes
import Platform

/// Experience, its history, and everything at once (spec 05 §9 nos. 5, 6, 9).
enum ProgressRoutes {
    static let experience = Endpoint<NoInput, Experience>(
        .get,
        "/api/v1/users/me/xp",
        id: "getExperience",
        tag: GamificationRoutes.tag,
        summary: "The caller's experience and level",
        auth: GamificationRoutes.reading,
        rate: .standard,
        cache: GamificationRoutes.cache
    )

    static let history = Endpoint<LedgerQuery, LedgerPage>(
        .get,
        "/api/v1/users/me/xp/history",
        id: "listExperience",
        tag: GamificationRoutes.tag,
        summary: "What the caller's experience was given for, newest first",
        auth: GamificationRoutes.reading,
        rate: .standard,
        cache: GamificationRoutes.cache
    )

    static let overview = Endpoint<NoInput, GamificationOverview>(
        .get,
        "/api/v1/users/me/gamification",
        id: "getGamification",
        tag: GamificationRoutes.tag,
        summary: "Experience, streak, badges and totals of the caller in one read",
        auth: GamificationRoutes.reading,
        rate: .standard,
        cache: GamificationRoutes.cache
    )

    static func add(to table: inout RouteTable<AppContext>, services: GamificationServices) {
        table.add(experience) { _, context in try await services.progress.experience(of: context.requirePrincipal().user) }
        table.add(history) { query, context in try await services.ledger.page(query, of: context.requirePrincipal().user) }
        table.add(overview) { _, context in
            try await services.progress.overview(of: context.requirePrincipal().user, at: context.now)
        }
    }
}
