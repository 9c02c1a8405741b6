package import API
package import Platform

/// The mining API (spec 03): the routes of all its rooms, in the order of the documentation.
package enum MiningRoutes {
    static let tag = "Mining"
    /// Every route needs its caller (spec 03 §1).
    static let auth = AuthRule.bearerOrKey(scope: "read")
    static let cache = CachePolicy("private, no-store")

    /// What operations will ask of Redis, by operation id.
    package static var foresights: [String: Foresight] { [SummaryRoutes.summary.id: SummaryService.foresight] }

    package static func add(to table: inout RouteTable<AppContext>, services: MiningServices) {
        WorkerRoutes.add(to: &table, service: services.workers)
        ShareRoutes.add(to: &table, service: services.shares)
        DifficultyRoutes.add(to: &table, service: services.difficulty)
        SummaryRoutes.add(to: &table, service: services.summary)
        BlockRoutes.add(to: &table, blocks: services.blocks, celebrations: services.celebrations)
        NetworkRoutes.add(to: &table, service: services.network)
        LuckRoutes.add(to: &table, service: services.luck)
        ClientRoutes.add(to: &table, service: services.clients)
        HashrateRoutes.add(to: &table, service: services.hashrate)
        UptimeRoutes.add(to: &table, store: services.uptime)
    }
}
