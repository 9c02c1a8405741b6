import API
import HTTPTypes
import Platform

/// The caller's shares (spec 03 routes 4, 5).
enum ShareRoutes {
    static let list = Endpoint<SharesQuery, SharePage>(
        .get,
        "/api/v1/mining/shares",
        id: "listShares",
        tag: MiningRoutes.tag,
        summary: "The caller's shares, newest first",
        details: "Shares are kept for 90 days. A filter may leave a page short, even empty, although `has_more` says that there are more.",
        auth: MiningRoutes.auth,
        rate: .standard,
        errors: [.unprocessable("invalid_cursor")],
        cache: MiningRoutes.cache
    )

    static let statistics = Endpoint<NoInput, ShareStatistics>(
        .get,
        "/api/v1/mining/shares/stats",
        id: "shareStatistics",
        tag: MiningRoutes.tag,
        summary: "The caller's shares in numbers",
        auth: MiningRoutes.auth,
        rate: .standard,
        cache: MiningRoutes.cache
    )

    static func add(to table: inout RouteTable<AppContext>, service: ShareService) {
        table.add(list) { query, context in
            try await service.page(query, of: context.requirePrincipal().user, at: context.now)
        }
        table.add(statistics) { _, context in
            try await service.statistics(of: context.requirePrincipal().user, at: context.now)
        }
    }
}
