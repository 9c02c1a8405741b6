package import Platform
import ServiceLifecycle
import Redis

/// The mining consumer of a worker process (spec 03a §6).
package struct IngestService: Service {
    /// The consumer group of mining data.
    package static let group = "tbg-api-consumers"
    package static let shareStream = "mining:share_submitted"

    private let shares: StreamConsumer

    /// - Parameter observers: later features, in the order they act.
    package init(runtime: Runtime, observers: [any BatchObserver] = []) {
        let settings = runtime.settings
        let writer = ShareBatchWriter(database: runtime.database, owners: OwnerBook(), workers: WorkerBook(), observers: observers)
        let handler = ShareHandler(
            writer: writer,
            live: LiveState(redis: runtime.redis),
            publisher: runtime.publisher,
            network: settings.network.bitcoin,
            clock: runtime.clock,
            logger: runtime.logger
        )
        shares = StreamConsumer(
            configuration: .init(
                streams: [Self.shareStream],
                group: Self.group,
                consumer: "\(runtime.identity.node)-\(runtime.identity.boot)-1",
                count: settings.mining.batchMaximum
            ),
            redis: runtime.redis,
            handler: handler,
            deadLetters: DeadLetters(redis: runtime.redis, now: runtime.clock.now),
            logger: runtime.logger
        )
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { await shares.run() }
    }
}
