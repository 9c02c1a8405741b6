import FeatureRig
import Bitcoin
import Foundation
import GameRules
import LocalServers
import Logging
import NIOCore
import Platform
import Postgres
import Prometheus
import Redis
import TestServers
import Testing

@testable import Mining

/// Streams and a database, with consumers a test starts and stops itself.
struct IngestRig: Sendable {
    let runtime: Runtime

    /// - Parameters:
    ///   - network: whose addresses count.
    ///   - clock: the time of the consumers.
    ///   - hasOwnRedis: for tests that listen: topics are common to all databases of a Redis.
    static func run(
        network: String = "mainnet",
        clock: Clock = .system,
        hasOwnRedis: Bool = false,
        _ body: @escaping @Sendable (IngestRig) async throws -> Void
    ) async throws {
        try await TestSlots.with {
            if hasOwnRedis {
                return try await TestServers.withPrivateRedis { try await run(network, clock, redis: try await $0.url(), body) }
            }
            try await withRedis { try await run(network, clock, redis: $0.url, body) }
        }
    }

    private static func run(
        _ network: String,
        _ clock: Clock,
        redis: String,
        _ body: @escaping @Sendable (IngestRig) async throws -> Void
    ) async throws {
        try await withDatabase(template: TestRuntime.migrated) { database in
            let settings = try Settings(
                EnvironmentSource([
                    "TBG_DATABASE_URL": database.url, "TBG_REDIS_URL": redis, "TBG_LOG_LEVEL": "error", "TBG_BTC_NETWORK": network,
                ])
            )
            let runtime = try Runtime(
                settings: settings,
                role: "test",
                metrics: PrometheusRegistry(descriptions: MetricTable.all),
                clock: clock
            )
            do {
                try await runtime.redis.connect()
                try await body(IngestRig(runtime: runtime))
            } catch {
                await runtime.close()
                throw error
            }
            await runtime.close()
        }
    }

    // MARK: input

    /// The command that adds a native share of the owner to the stream.
    func share(
        _ assigned: Double,
        _ achieved: Double,
        id: UUID = UUID(),
        address: String = SliceRig.address,
        worker: String = "rig1",
        accepted: Bool = true,
        at time: Instant? = nil
    ) -> RedisCommand {
        command(
            "share_submitted",
            id: id,
            at: time,
            #"{"user":"\#(address)","worker":"\#(worker)","diff":\#(assigned),"sdiff":\#(achieved),"accepted":\#(accepted)}"#
        )
    }

    /// The command that adds an event as the collector writes it.
    func command(_ event: String, id: UUID = UUID(), at time: Instant? = nil, _ data: String) -> RedisCommand {
        let now = Clock.system.now()
        return .xadd(
            "mining:" + event,
            fields: [
                ("v", "1"), ("event_id", .string(id.uuidString.lowercased())), ("event", .string(event)),
                ("ts", .string((time ?? now).decimalSeconds)), ("recv", .string(now.decimalSeconds)), ("source", "hosted"),
                ("region", "eu"),
                ("data", .string(data)),
            ]
        )
    }

    func add(_ commands: [RedisCommand]) async throws {
        for reply in try await runtime.redis.pipeline(commands) { _ = try reply.get() }
    }

    /// All handlers on this rig's servers.
    func pipeline(observers: [any BatchObserver] = []) -> MiningPipeline { MiningPipeline(runtime: runtime, observers: observers) }

    // MARK: consumers

    func writer(observers: [any BatchObserver] = []) -> ShareBatchWriter {
        ShareBatchWriter(database: runtime.database, owners: OwnerBook(), workers: WorkerBook(), observers: observers)
    }

    func shareHandler(observers: [any BatchObserver] = []) -> ShareHandler {
        ShareHandler(writer: writer(observers: observers), runtime: runtime, network: .mainnet)
    }

    func lease(_ name: String) -> ConsumerLease {
        ConsumerLease(consumer: name, redis: runtime.redis, logger: runtime.logger)
    }

    func consumer(
        _ name: String,
        streams: [String] = [IngestService.shareStream],
        handler: any StreamHandler,
        claimIdle: TimeAmount = .seconds(60)
    ) -> StreamConsumer {
        var configuration = StreamConsumer.Configuration(streams: streams, group: IngestService.group, count: 500)
        configuration.claimIdle = claimIdle
        configuration.claimInterval = .milliseconds(100)
        configuration.leaseInterval = .milliseconds(50)
        return StreamConsumer(
            configuration: configuration,
            redis: runtime.redis,
            handler: handler,
            lease: lease(name),
            deadLetters: DeadLetters(redis: runtime.redis, now: runtime.clock.now),
            gaps: GapLog(database: runtime.database, group: IngestService.group),
            clock: runtime.clock,
            logger: runtime.logger
        )
    }

    /// Runs a consumer, with its lease, while `body` runs.
    func consuming(
        _ name: String,
        streams: [String] = [IngestService.shareStream],
        handler: any StreamHandler,
        claimIdle: TimeAmount = .seconds(60),
        _ body: () async throws -> Void
    ) async throws {
        let lease = lease(name)
        try await lease.renew()
        let holding = Task { await lease.hold() }
        let consumer = consumer(name, streams: streams, handler: handler, claimIdle: claimIdle)
        let running = Task { await consumer.run() }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        running.cancel()
        await running.value
        holding.cancel()
        await holding.value
        try result.get()
    }

    // MARK: outcome

    /// Decodes an event as if the stream had delivered it.
    func event(_ kind: EventKind, at time: Instant, id: UUID = UUID(), _ payload: String) throws -> MiningEvent {
        try EntryDecoder(network: runtime.settings.network.bitcoin).decode(
            kind,
            envelope: EventEnvelope(id: id, time: time, receivedAt: time),
            payload: Array(payload.utf8)
        )
    }

    /// Waits until every entry of a stream has been read and acknowledged.
    func awaitAcknowledged(_ stream: String = IngestService.shareStream) async throws {
        try await eventually("\(stream) is acknowledged") {
            guard let group = try? await runtime.redis.xinfoGroups(stream).first else { return false }
            return group.pending == 0 && group.lag == 0
        }
    }

    /// Waits until a query's number is as expected.
    func awaitNumber(_ sql: SQL, toBe expected: Int64) async throws {
        try await eventually("a number becomes \(expected)") { try await number(sql) == expected }
    }

    private func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        for _ in 0..<6000 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("not within a minute: \(what)")
    }

    /// One number from the database.
    func number(_ sql: SQL) async throws -> Int64 {
        try await runtime.database.query(sql).value(Int64.self) ?? -1
    }

    /// One text from the database.
    func text(_ sql: SQL) async throws -> String? {
        try await runtime.database.query(sql).value(String?.self) ?? nil
    }
}
