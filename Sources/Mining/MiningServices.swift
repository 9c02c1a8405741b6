package import Platform

/// What answers the routes of the mining API.
package struct MiningServices: Sendable {
    let summary: SummaryService

    package init(runtime: Runtime) {
        summary = SummaryService(database: runtime.database, redis: runtime.redis)
    }
}
