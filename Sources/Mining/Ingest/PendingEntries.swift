import NIOCore
package import Redis

/// The entries of a group that were delivered and not acknowledged, and how a consumer takes over those of others (spec 03a §6.3).
package struct PendingEntries: Sendable {
    /// Entries taken over in one step.
    private static let step = 200
    /// An entry another consumer has just taken over is left to it.
    private static let justDelivered = TimeAmount.seconds(1)
    /// Consumers that have been silent so long, with nothing pending, are forgotten.
    private static let forgottenAfter = TimeAmount.hours(24)

    private let group: String
    private let lease: ConsumerLease
    private let redis: RedisClient

    package init(group: String, lease: ConsumerLease, redis: RedisClient) {
        self.group = group
        self.lease = lease
        self.redis = redis
    }

    /// Entries taken over in one step, and how many were trimmed away while they were pending.
    package struct Takeover: Sendable {
        /// Entries and how often each has been delivered by now, this time included.
        package var entries: [(entry: StreamEntry, deliveries: Int)]
        package var lost: Int
    }

    /// Takes over everything of consumers that hold no lease, step by step.
    func takeOverFromDead(_ stream: String, _ handle: (Takeover) async -> Void) async throws {
        let consumers = try await redis.xinfoConsumers(stream, group: group).filter { $0.pending > 0 }.map(\.name)
        for consumer in try await lease.dead(among: consumers) {
            while !Task.isCancelled {
                let pending = try await redis.xpending(
                    stream,
                    group: group,
                    count: Self.step,
                    consumer: consumer,
                    minimumIdle: Self.justDelivered
                )
                guard !pending.isEmpty else { break }
                await handle(try await claim(pending, of: stream, idle: Self.justDelivered))
            }
        }
    }

    /// Takes over what has been pending for longer than `idle`, whoever has it: a consumer that lives may have lost an entry, and its own
    /// failed entries come back this way too.
    func takeOverIdle(_ stream: String, longerThan idle: TimeAmount, _ handle: (Takeover) async -> Void) async throws {
        while !Task.isCancelled {
            let pending = try await redis.xpending(stream, group: group, count: Self.step, minimumIdle: idle)
            guard !pending.isEmpty else { return }
            await handle(try await claim(pending, of: stream, idle: idle))
        }
    }

    /// Removes consumers that are gone for good.
    func forgetOldConsumers(_ stream: String) async throws {
        for consumer in try await redis.xinfoConsumers(stream, group: group)
        where consumer.pending == 0 && consumer.idle > Self.forgottenAfter && consumer.name != lease.consumer {
            try await redis.xgroupDeleteConsumer(stream, group: group, consumer: consumer.name)
        }
    }

    /// How often an entry has been delivered.
    func deliveries(of id: StreamID, in stream: String) async throws -> Int {
        try await redis.xpending(stream, group: group, from: id, through: id, count: 1).first?.deliveries ?? 0
    }

    private func claim(_ pending: [StreamPendingEntry], of stream: String, idle: TimeAmount) async throws -> Takeover {
        let deliveries = Dictionary(pending.map { ($0.id, $0.deliveries) }) { first, _ in first }
        let entries = try await redis.xclaim(stream, group: group, consumer: lease.consumer, minimumIdle: idle, ids: pending.map(\.id))
            .filter { !$0.isDeleted }
        // What was not handed over is either another consumer's by now or no longer in the stream.
        let missing = Set(pending.map(\.id)).subtracting(entries.map(\.id)).sorted()
        var lost = 0
        for id in missing where try await redis.xrange(stream, from: id, through: id, count: 1).isEmpty { lost += 1 }
        return Takeover(entries: entries.map { ($0, deliveries[$0.id, default: 0] + 1) }, lost: lost)
    }
}
