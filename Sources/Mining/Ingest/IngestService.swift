import Logging
import NIOCore
package import Platform
import Redis
import ServiceLifecycle

/// The mining consumers of a worker process and what belongs to them (spec 03a §6): shares, everything else, watermark and trimming, repair.
package struct IngestService: Service {
    /// The consumer group of mining data.
    package static let group = "tbg-api-consumers"
    package static let shareStream = EventKind.shareSubmitted.stream
    /// Control entries read at once.
    private static let controlCount = 200

    private let runtime: Runtime
    private let lease: ConsumerLease
    private let pipeline: MiningPipeline
    private let shares: StreamConsumer
    private let control: StreamConsumer
    private let keeper: StreamKeeper
    private let repair: GapRepair
    private let rebuild: LiveRebuild

    /// - Parameter observers: later features, in the order they act.
    package init(runtime: Runtime, observers: [any BatchObserver] = []) {
        self.runtime = runtime
        let settings = runtime.settings.mining
        let pipeline = MiningPipeline(runtime: runtime, observers: observers)
        let lease = ConsumerLease(
            consumer: "\(runtime.identity.node)-\(runtime.identity.boot)-1",
            life: .seconds(Int64(settings.leaseSeconds)),
            redis: runtime.redis,
            logger: runtime.logger
        )
        func consumer(_ streams: [String], count: Int, concurrency: Int, _ handler: any StreamHandler) -> StreamConsumer {
            var configuration = StreamConsumer.Configuration(streams: streams, group: Self.group, count: count)
            configuration.concurrency = concurrency
            configuration.claimIdle = .seconds(Int64(settings.claimIdleSeconds))
            configuration.claimInterval = .seconds(Int64(settings.claimIntervalSeconds))
            return StreamConsumer(
                configuration: configuration,
                redis: runtime.redis,
                handler: handler,
                lease: lease,
                deadLetters: DeadLetters(redis: runtime.redis, now: runtime.clock.now),
                gaps: pipeline.gaps,
                clock: runtime.clock,
                logger: runtime.logger
            )
        }
        self.pipeline = pipeline
        self.lease = lease
        shares = consumer([Self.shareStream], count: settings.batchMaximum, concurrency: 2, pipeline.shares)
        control = consumer(ControlHandler.streams, count: Self.controlCount, concurrency: 2, pipeline.controlHandler)
        keeper = StreamKeeper(
            redis: runtime.redis,
            group: Self.group,
            consumer: lease.consumer,
            gaps: pipeline.gaps,
            clock: runtime.clock,
            logger: runtime.logger
        )
        repair = GapRepair(
            gaps: pipeline.gaps,
            replay: pipeline.replay,
            database: runtime.database,
            clock: runtime.clock,
            logger: runtime.logger
        )
        rebuild = LiveRebuild(database: runtime.database, redis: runtime.redis, logger: runtime.logger)
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            // The lease outlives the consumers, which finish what they have in hand.
            let holding = Task { await lease.hold() }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await shares.run() }
                group.addTask { await control.run() }
                group.addTask { await keeper.run() }
                group.addTask { await repair.run() }
                group.addTask { await rebuildWhenMissing() }
                group.addTask {
                    await pipeline.pressure.watch(Self.shareStream, group: Self.group, redis: runtime.redis, logger: runtime.logger)
                }
            }
            await pipeline.shares.finish()
            holding.cancel()
            await holding.value
        }
    }

    /// At start and after every loss of Redis.
    private func rebuildWhenMissing() async {
        while !Task.isCancelled {
            do {
                try await rebuild.ifMissing(now: runtime.clock.now())
            } catch {
                if !Task.isCancelled {
                    runtime.logger.warning("live state not built", metadata: ["event": "live_rebuild", "error_kind": "\(type(of: error))"])
                }
            }
            try? await Task.sleep(for: .seconds(5))
        }
    }
}
