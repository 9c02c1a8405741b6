package import Logging
package import NIOCore
import Platform
package import Redis

/// Reads streams as one consumer of a group: batches, retries, acknowledgement after commit, dead letters, and the entries of
/// consumers that died (spec 03a §6).
package struct StreamConsumer: Sendable {
    /// How a consumer reads.
    package struct Configuration: Sendable {
        /// Streams read together; a block never waits behind shares because control streams have a consumer of their own.
        package var streams: [String]
        package var group: String
        package var consumer: String
        /// Most entries of one batch.
        package var count: Int
        /// Batches stored side by side: the next one is copied while the last one's roll-ups wait for their locks.
        package var concurrency = 2
        /// Longest wait of a read.
        package var block = TimeAmount.seconds(2)
        /// Entries pending longer belong to a consumer that died.
        package var claimIdle = TimeAmount.seconds(60)
        package var claimInterval = TimeAmount.seconds(15)
        /// Deliveries after which an entry that fails for an unknown cause is given up.
        package var maximumDeliveries = 5

        package init(streams: [String], group: String, consumer: String, count: Int) {
            self.streams = streams
            self.group = group
            self.consumer = consumer
            self.count = count
        }
    }

    private let configuration: Configuration
    private let redis: RedisClient
    private let handler: any StreamHandler
    private let deadLetters: DeadLetters
    private let logger: Logger

    package init(configuration: Configuration, redis: RedisClient, handler: any StreamHandler, deadLetters: DeadLetters, logger: Logger) {
        self.configuration = configuration
        self.redis = redis
        self.handler = handler
        self.deadLetters = deadLetters
        self.logger = logger
    }

    /// Consumes until cancelled; then finishes and acknowledges the batches in hand.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.read() }
            group.addTask { await self.claim() }
        }
    }

    // MARK: reading

    private func read() async {
        var backoff = RetryDelay()
        while !Task.isCancelled {
            do {
                let connection = try await redis.makeDedicatedConnection()
                do {
                    try await createGroups()
                    backoff.reset()
                    try await read(from: connection)
                } catch {
                    await connection.close()
                    throw error
                }
                await connection.close()
            } catch {
                if Task.isCancelled { return }
                logger.warning("stream reading interrupted", metadata: ["event": "stream_interrupted", "error_kind": "\(type(of: error))"])
                try? await Task.sleep(for: backoff.next())
            }
        }
    }

    /// Keeps up to `concurrency` batches in work.
    private func read(from connection: RedisConnection) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var inWork = 0
            while !Task.isCancelled {
                if inWork >= configuration.concurrency {
                    try await group.next()
                    inWork -= 1
                }
                let batches = try await connection.xreadgroup(
                    group: configuration.group,
                    consumer: configuration.consumer,
                    streams: configuration.streams,
                    count: configuration.count,
                    block: configuration.block
                )
                for batch in batches where !batch.entries.isEmpty {
                    inWork += 1
                    // A batch in hand is finished even when reading stops: its entries are this consumer's.
                    group.addTask { await self.finish(batch.entries, of: batch.stream) }
                }
            }
            try await group.waitForAll()
        }
    }

    private func createGroups() async throws {
        for stream in configuration.streams { _ = try await redis.xgroupCreate(stream, group: configuration.group) }
    }

    // MARK: storing

    /// Stores, acknowledges and dead-letters a batch, for as long as the database or Redis is away.
    private func finish(_ entries: [StreamEntry], of stream: String) async {
        let present = entries.filter { !$0.isDeleted }
        var backoff = RetryDelay()
        while true {
            do {
                let dead = try await shielded { try await handler.store(present, of: stream) }
                return await settle(entries, dead: dead, of: stream)
            } catch {
                guard RetryPolicy.isPassing(error) else { return await finishOneByOne(present, of: stream) }
                logger.warning("batch not stored yet", metadata: ["event": "batch_retry", "error_kind": "\(type(of: error))"])
                if Task.isCancelled { return }
                try? await Task.sleep(for: backoff.next())
            }
        }
    }

    /// After an error of unknown cause: the entry that causes it stays pending and is given up after its last delivery.
    private func finishOneByOne(_ entries: [StreamEntry], of stream: String) async {
        for entry in entries {
            do {
                let dead = try await shielded { try await handler.store([entry], of: stream) }
                await settle([entry], dead: dead, of: stream)
            } catch {
                if RetryPolicy.isPassing(error) { continue }
                logger.error("entry not stored", metadata: ["event": "entry_failed", "error_kind": "\(type(of: error))"])
                guard await deliveries(of: entry.id, in: stream) >= configuration.maximumDeliveries else { continue }
                await settle([entry], dead: [DeadEntry(entry: entry, reason: "unprocessable", detail: "\(type(of: error))")], of: stream)
            }
        }
    }

    /// Dead letters first, then the acknowledgement: a crash between the two leaves a second dead letter, never a lost entry.
    private func settle(_ entries: [StreamEntry], dead: [DeadEntry], of stream: String) async {
        var backoff = RetryDelay()
        while true {
            do {
                try await deadLetters.keep(dead, of: stream)
                try await shielded { _ = try await redis.xack(stream, group: configuration.group, ids: entries.map(\.id)) }
                return
            } catch {
                if Task.isCancelled { return }
                try? await Task.sleep(for: backoff.next())
            }
        }
    }

    /// Runs one attempt to its end even when reading has been told to stop: a transaction cut off would be stored by nobody for a minute.
    private func shielded<Value: Sendable>(_ attempt: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await Task(operation: attempt).value
    }

    private func deliveries(of id: StreamID, in stream: String) async -> Int {
        let pending = try? await redis.xpending(stream, group: configuration.group, from: id, through: id, count: 1)
        return pending?.first?.deliveries ?? 0
    }

    // MARK: entries of dead consumers

    private func claim() async {
        while !Task.isCancelled {
            for stream in configuration.streams { await claim(stream) }
            try? await Task.sleep(for: .nanoseconds(configuration.claimInterval.nanoseconds))
        }
    }

    private func claim(_ stream: String) async {
        var cursor = StreamID.zero
        repeat {
            guard
                let claim = try? await redis.xautoclaim(
                    stream,
                    group: configuration.group,
                    consumer: configuration.consumer,
                    minimumIdle: configuration.claimIdle,
                    from: cursor,
                    count: 200
                )
            else { return }
            if !claim.entries.isEmpty { await finish(claim.entries, of: stream) }
            cursor = claim.cursor
        } while cursor != .zero && !Task.isCancelled
    }
}
