package import API
import GameRules
import HTTPTypes
package import Platform

/// The mining API (spec 03).
package enum MiningRoutes {
    static let summary = Endpoint<NoInput, Reply<MiningSummary>>(
        .get,
        "/api/v1/mining/summary",
        id: "miningSummary",
        tag: "Mining",
        summary: "The caller's mining at a glance",
        auth: .bearerOrKey(scope: "read"),
        rate: .standard,
        cache: CachePolicy("private, no-store")
    )

    package static func add(to table: inout RouteTable<AppContext>, service: MiningService) {
        table.add(summary) { _, context in
            let principal = try context.requirePrincipal()
            return try await service.summary(of: principal, at: context.now)
        }
    }
}
