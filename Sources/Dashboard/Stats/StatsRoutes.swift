import API
import HTTPTypes
import Platform

/// The figures of the start page (spec 04 §1 no. 1).
enum StatsRoutes {
    static let stats = Endpoint<NoInput, RawResponse>(
        .get,
        "/api/v1/dashboard/stats",
        id: "dashboardStats",
        tag: DashboardRoutes.tag,
        summary: "The figures of the caller's start page",
        details: "Answers the same bytes for ten seconds. `X-Data-Stale: 1` says that some figures are older or could not be read.",
        auth: DashboardRoutes.auth,
        rate: .standard,
        errors: [.unavailable("busy")],
        cache: DashboardRoutes.cache,
        produces: .json(DashboardStats.jsonSchema)
    )

    static func add(to table: inout RouteTable<AppContext>, service: StatsService) {
        table.add(stats) { _, context in
            try await service.answer(to: try context.requirePrincipal(), at: context.now)
        }
    }
}
