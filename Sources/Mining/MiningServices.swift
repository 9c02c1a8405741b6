package import Platform

/// What answers the routes of the mining API.
package struct MiningServices: Sendable {
    let workers: WorkerService
    let shares: ShareService
    let difficulty: DifficultyService
    package let bans: RankBans
    let summary: SummaryService

    package init(runtime: Runtime) {
        let epochs = DifficultyEpochs(runtime: runtime)
        workers = WorkerService(runtime: runtime, epochs: epochs)
        shares = ShareService(runtime: runtime, epochs: epochs)
        difficulty = DifficultyService(runtime: runtime)
        bans = RankBans(runtime: runtime)
        summary = SummaryService(database: runtime.database, redis: runtime.redis)
    }
}
