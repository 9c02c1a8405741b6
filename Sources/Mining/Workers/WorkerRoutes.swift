import API
import HTTPTypes
import Platform

/// The caller's workers (spec 03 routes 1, 2).
enum WorkerRoutes {
    static let list = Endpoint<WorkersQuery, Reply<WorkerList>>(
        .get,
        "/api/v1/mining/workers",
        id: "listWorkers",
        tag: MiningRoutes.tag,
        summary: "The caller's workers",
        auth: MiningRoutes.auth,
        rate: .standard,
        cache: MiningRoutes.cache
    )

    static let worker = Endpoint<WorkerPath, Reply<WorkerDetail>>(
        .get,
        "/api/v1/mining/workers/{name}",
        id: "worker",
        tag: MiningRoutes.tag,
        summary: "One worker and its newest shares",
        auth: MiningRoutes.auth,
        rate: .standard,
        errors: [.notFound("worker_not_found")],
        cache: MiningRoutes.cache
    )

    static func add(to table: inout RouteTable<AppContext>, service: WorkerService) {
        table.add(list) { query, context in
            try await service.list(query, of: context.requirePrincipal(), at: context.now)
        }
        table.add(worker) { path, context in
            try await service.worker(named: path.name, of: context.requirePrincipal(), at: context.now)
        }
    }
}
