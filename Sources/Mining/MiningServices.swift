package import Platform

/// What answers the routes of the mining API.
package struct MiningServices: Sendable {
    let workers: WorkerService
    let shares: ShareService
    let difficulty: DifficultyService
    let summary: SummaryService
    let blocks: BlockService
    let celebrations: CelebrationService
    let network: NetworkService
    let luck: LuckService
    let clients: ClientService
    let hashrate: HashrateService
    let uptime: UptimeStore

    package init(runtime: Runtime) {
        let epochs = DifficultyEpochs(runtime: runtime)
        workers = WorkerService(runtime: runtime, epochs: epochs)
        shares = ShareService(runtime: runtime, epochs: epochs)
        difficulty = DifficultyService(runtime: runtime)
        summary = SummaryService(database: runtime.database, redis: runtime.redis)
        blocks = BlockService(runtime: runtime)
        celebrations = CelebrationService(database: runtime.database, network: runtime.settings.network.bitcoin)
        network = NetworkService(runtime: runtime)
        luck = LuckService(database: runtime.database, network: network)
        clients = ClientService(runtime: runtime)
        hashrate = HashrateService(database: runtime.database, redis: runtime.redis)
        uptime = UptimeStore(database: runtime.database)
    }
}
