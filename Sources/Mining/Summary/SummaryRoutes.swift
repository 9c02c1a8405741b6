import API
import GameRules
import HTTPTypes
import Platform

/// The caller's mining at a glance (spec 03 route 14).
enum SummaryRoutes {
    static let summary = Endpoint<NoInput, Reply<MiningSummary>>(
        .get,
        "/api/v1/mining/summary",
        id: "miningSummary",
        tag: MiningRoutes.tag,
        summary: "The caller's mining at a glance",
        auth: MiningRoutes.auth,
        rate: .standard,
        cache: MiningRoutes.cache
    )

    static func add(to table: inout RouteTable<AppContext>, service: SummaryService) {
        table.add(summary) { _, context in
            let principal = try context.requirePrincipal()
            return try await service.summary(of: principal, at: context.now, foreseen: context.foreseen)
        }
    }
}
