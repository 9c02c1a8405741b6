package import Logging
package import NIOCore
package import Platform
package import Redis

/// Reads streams as one consumer of a group: batches, retries, acknowledgement after commit, dead letters, and the entries of
/// consumers that died (spec 03a §6).
package struct StreamConsumer: Sendable {
    /// How a consumer reads.
    package struct Configuration: Sendable {
        /// Streams read together; a block never waits behind shares because control streams have a consumer of their own.
        package var streams: [String]
        package var group: String
        /// Most entries of one batch.
        package var count: Int
        /// Batches stored side by side: the next one is copied while the last one's roll-ups wait for their locks.
        package var concurrency = 2
        /// Least time between two reads that leave nothing behind: what comes meanwhile is stored together, in one transaction.
        package var gathering = TimeAmount.milliseconds(15)
        /// Longest wait of a read.
        package var block = TimeAmount.seconds(2)
        /// Entries pending longer are taken over, also from consumers that seem to live.
        package var claimIdle = TimeAmount.seconds(60)
        /// Time between two searches for such entries.
        package var claimInterval = TimeAmount.seconds(15)
        /// Time between two searches for consumers without a lease.
        package var leaseInterval = TimeAmount.seconds(1)
        /// Deliveries after which an entry that fails for an unknown cause is given up.
        package var maximumDeliveries = 5

        package init(streams: [String], group: String, count: Int) {
            self.streams = streams
            self.group = group
            self.count = count
        }
    }

    private let configuration: Configuration
    private let redis: RedisClient
    private let handler: any StreamHandler
    private let lease: ConsumerLease
    private let pending: PendingEntries
    private let deadLetters: DeadLetters
    private let gaps: GapLog
    private let clock: Clock
    private let logger: Logger
    private let counts = ConsumerCounts()

    package init(
        configuration: Configuration,
        redis: RedisClient,
        handler: any StreamHandler,
        lease: ConsumerLease,
        deadLetters: DeadLetters,
        gaps: GapLog,
        clock: Clock,
        logger: Logger
    ) {
        self.configuration = configuration
        self.redis = redis
        self.handler = handler
        self.lease = lease
        self.deadLetters = deadLetters
        self.gaps = gaps
        self.clock = clock
        self.logger = logger
        pending = PendingEntries(group: configuration.group, lease: lease, redis: redis)
    }

    /// Consumes until cancelled; then finishes and acknowledges the batches in hand. The lease is the caller's to hold meanwhile.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.read() }
            group.addTask { await self.takeOver() }
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
            var next = NIODeadline.now()
            while !Task.isCancelled {
                let wait = next - .now()
                if wait > .zero, (try? await Task.sleep(for: .nanoseconds(wait.nanoseconds))) == nil { break }
                if inWork >= configuration.concurrency {
                    try await group.next()
                    inWork -= 1
                }
                let batches = try await nextBatches(from: connection)
                next = batches.contains { $0.entries.count >= Self.atOnce } ? .now() : .now() + configuration.gathering
                for (stream, entries) in batches where !entries.isEmpty {
                    inWork += 1
                    // A batch in hand is finished even when reading stops: its entries are this consumer's.
                    group.addTask { await self.finish(entries, of: stream) }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Entries one answer of Redis may hold: it answers nobody else while it writes them.
    private static let atOnce = 5_000

    /// What waits in the streams, up to a batch of each.
    private func nextBatches(from connection: RedisConnection) async throws -> [(stream: String, entries: [StreamEntry])] {
        func read(_ count: Int, block: TimeAmount?) async throws -> [(stream: String, entries: [StreamEntry])] {
            try await connection.xreadgroup(
                group: configuration.group,
                consumer: lease.consumer,
                streams: configuration.streams,
                count: count,
                block: block
            ).map { ($0.stream, $0.entries) }
        }
        let part = min(configuration.count, Self.atOnce)
        var batches = try await read(part, block: configuration.block)
        guard configuration.streams.count == 1, batches.count == 1 else { return batches }
        var last = batches[0].entries.count
        while last == part, batches[0].entries.count + part <= configuration.count {
            // Entries in hand are this consumer's, whatever becomes of the connection.
            guard let more = try? await read(part, block: nil).first?.entries, !more.isEmpty else { break }
            batches[0].entries += more
            last = more.count
        }
        return batches
    }

    /// Makes the groups that are missing. A group that was there before went with entries nobody had read, so the gap is noted first: a crash
    /// in between notes it twice, never not at all.
    private func createGroups() async throws {
        for stream in configuration.streams where try await !hasGroup(stream) {
            try await gaps.open(now: clock.now())
            if try await redis.xgroupCreate(stream, group: configuration.group) { counts.gap("group_missing") }
        }
    }

    private func hasGroup(_ stream: String) async throws -> Bool {
        do {
            return try await redis.xinfoGroups(stream).contains { $0.name == configuration.group }
        } catch RedisError.server {
            return false
        }
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
                let deliveries = (try? await pending.deliveries(of: entry.id, in: stream)) ?? 0
                guard deliveries >= configuration.maximumDeliveries else { continue }
                await settle([entry], dead: [.unprocessable(entry, deliveries: deliveries, detail: "\(type(of: error))")], of: stream)
            }
        }
    }

    /// Acknowledges what is stored; what is dead leaves its letter in the step that acknowledges it.
    private func settle(_ entries: [StreamEntry], dead: [DeadEntry], of stream: String) async {
        var backoff = RetryDelay()
        while true {
            do {
                try await deadLetters.keep(dead, of: stream, group: configuration.group)
                try await shielded { _ = try await redis.xack(stream, group: configuration.group, ids: entries.map(\.id)) }
                return
            } catch {
                if Task.isCancelled { return }
                try? await Task.sleep(for: backoff.next())
            }
        }
    }

    /// Runs one attempt to its end even when reading has been told to stop: a transaction cut off would leave its entries to another consumer.
    private func shielded<Value: Sendable>(_ attempt: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await Task(operation: attempt).value
    }

    // MARK: entries of others

    /// Dead consumers are looked for often; entries that are merely old, seldom.
    private func takeOver() async {
        let rounds = max(1, configuration.claimInterval.nanoseconds / configuration.leaseInterval.nanoseconds)
        var round: Int64 = 0
        while !Task.isCancelled {
            for stream in configuration.streams {
                do {
                    try await pending.takeOverFromDead(stream) { await finish($0, of: stream) }
                    if round == 0 {
                        try await pending.takeOverIdle(stream, longerThan: configuration.claimIdle) { await finish($0, of: stream) }
                        try await pending.forgetOldConsumers(stream)
                    }
                } catch {
                    logger.debug("pending entries not searched", metadata: ["event": "takeover", "error_kind": "\(type(of: error))"])
                }
            }
            round = (round + 1) % rounds
            try? await Task.sleep(for: .nanoseconds(configuration.leaseInterval.nanoseconds))
        }
    }

    /// Entries that have gone through many hands may be what killed their consumers: they are tried one at a time, and after ten times
    /// the allowed deliveries not any more. So many, because a delivery also counts for those that only stood behind the culprit, or
    /// that a consumer took over and never came to.
    private func finish(_ takeover: PendingEntries.Takeover, of stream: String) async {
        if takeover.lost > 0 { await noteGap(takeover.lost, in: stream) }
        let limit = configuration.maximumDeliveries
        let fresh = takeover.entries.filter { $0.deliveries <= limit }.map(\.entry)
        if !fresh.isEmpty { await finish(fresh, of: stream) }
        for (entry, deliveries) in takeover.entries where deliveries > limit {
            if deliveries > 10 * limit {
                await settle([entry], dead: [.unprocessable(entry, deliveries: deliveries, detail: "its consumers died")], of: stream)
            } else {
                await finish([entry], of: stream)
            }
        }
    }

    private func noteGap(_ count: Int, in stream: String) async {
        logger.error("entries trimmed before they were read", metadata: ["event": "data_gap", "stream": "\(stream)", "count": "\(count)"])
        counts.gap("pending_deleted")
        var backoff = RetryDelay()
        while true {
            do { return try await gaps.open(now: clock.now()) } catch {
                if Task.isCancelled { return }
                try? await Task.sleep(for: backoff.next())
            }
        }
    }
}
