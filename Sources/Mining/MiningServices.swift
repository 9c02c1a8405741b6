package import Platform

/// What answers the routes of the mining API.
package struct MiningServices: Sendable {
    let summary: SummaryService
    let hashrate: HashrateService
    let uptime: UptimeStore

    package init(runtime: Runtime) {
        summary = SummaryService(database: runtime.database, redis: runtime.redis)
        hashrate = HashrateService(database: runtime.database, redis: runtime.redis)
        uptime = UptimeStore(database: runtime.database)
    }
}
