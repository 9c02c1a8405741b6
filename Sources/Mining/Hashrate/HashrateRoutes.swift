import API
import HTTPTypes
import Platform

/// Hashrate now and over time (spec 03 routes 3, 12, 13).
enum HashrateRoutes {
    static let workerChart = Endpoint<WorkerChartInput, Reply<HashrateChart>>(
        .get,
        "/api/v1/mining/workers/{name}/hashrate",
        id: "miningWorkerHashrate",
        tag: MiningRoutes.tag,
        summary: "Hashrate of one worker over time",
        auth: MiningRoutes.auth,
        rate: .standard,
        errors: [.notFound("worker_not_found")],
        cache: MiningRoutes.cache
    )

    static let current = Endpoint<NoInput, Reply<CurrentHashrate>>(
        .get,
        "/api/v1/mining/hashrate",
        id: "miningHashrate",
        tag: MiningRoutes.tag,
        summary: "The caller's hashrate now",
        auth: MiningRoutes.auth,
        rate: .standard,
        cache: MiningRoutes.cache
    )

    static let chart = Endpoint<ChartInput, Reply<HashrateChart>>(
        .get,
        "/api/v1/mining/hashrate/chart",
        id: "miningHashrateChart",
        tag: MiningRoutes.tag,
        summary: "The caller's hashrate over time",
        auth: MiningRoutes.auth,
        rate: .standard,
        cache: MiningRoutes.cache
    )

    static func add(to table: inout RouteTable<AppContext>, service: HashrateService) {
        table.add(workerChart) { input, context in
            let principal = try context.requirePrincipal()
            return try await service.chart(of: input.name, window: input.chart.window, of: principal, at: context.now)
        }
        table.add(current) { _, context in
            try await service.current(of: try context.requirePrincipal(), at: context.now)
        }
        table.add(chart) { input, context in
            try await service.chart(of: try context.requirePrincipal(), window: input.window, at: context.now)
        }
    }
}
