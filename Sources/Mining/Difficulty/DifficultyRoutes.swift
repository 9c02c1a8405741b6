import API
import HTTPTypes
import Platform

/// How hard the caller's shares were (spec 03 routes 6 to 9).
enum DifficultyRoutes {
    static let bests = Endpoint<NoInput, Reply<[BestItem]>>(
        .get,
        "/api/v1/mining/difficulty/bests",
        id: "personalBests",
        tag: MiningRoutes.tag,
        summary: "The caller's best shares",
        details: "In the order week, last week, month, all time; only those that exist.",
        auth: MiningRoutes.auth,
        rate: .standard,
        cache: MiningRoutes.cache
    )

    static let scatter = Endpoint<ScatterQuery, DifficultyScatter>(
        .get,
        "/api/v1/mining/difficulty/scatter",
        id: "difficultyScatter",
        tag: MiningRoutes.tag,
        summary: "The caller's newest accepted shares by time and difficulty",
        auth: MiningRoutes.auth,
        rate: .standard,
        cache: MiningRoutes.cache
    )

    static let distribution = Endpoint<DistributionQuery, DifficultyDistribution>(
        .get,
        "/api/v1/mining/difficulty/distribution",
        id: "difficultyDistribution",
        tag: MiningRoutes.tag,
        summary: "The caller's accepted shares by difficulty",
        auth: MiningRoutes.auth,
        rate: .standard,
        cache: MiningRoutes.cache
    )

    static let percentile = Endpoint<PercentileQuery, Reply<PercentileAnswer>>(
        .get,
        "/api/v1/mining/difficulty/percentile",
        id: "difficultyPercentile",
        tag: MiningRoutes.tag,
        summary: "Where the caller's best stands among all miners",
        auth: MiningRoutes.auth,
        rate: .standard,
        errors: [.notFound("no_personal_best")],
        cache: MiningRoutes.cache
    )

    static func add(to table: inout RouteTable<AppContext>, service: DifficultyService) {
        table.add(bests) { _, context in try await service.bests(of: context.requirePrincipal().user, at: context.now) }
        table.add(scatter) { query, context in try await service.scatter(query, of: context.requirePrincipal().user, at: context.now) }
        table.add(distribution) { query, context in
            try await service.distribution(query, of: context.requirePrincipal().user, at: context.now)
        }
        table.add(percentile) { query, context in
            try await service.percentile(query, of: context.requirePrincipal().user, at: context.now)
        }
    }
}
