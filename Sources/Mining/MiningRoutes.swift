package import API
package import Platform

/// The mining API (spec 03): the routes of all its rooms, in the order of the documentation.
package enum MiningRoutes {
    static let tag = "Mining"
    /// Every route needs its caller (spec 03 §1).
    static let auth = AuthRule.bearerOrKey(scope: "read")
    static let cache = CachePolicy("private, no-store")

    package static func add(to table: inout RouteTable<AppContext>, services: MiningServices) {
        SummaryRoutes.add(to: &table, service: services.summary)
        HashrateRoutes.add(to: &table, service: services.hashrate)
        UptimeRoutes.add(to: &table, store: services.uptime)
    }
}
