import Algorithms
package import GameRules
package import Platform
import Postgres
import Redis

/// Every five minutes: what each active user and worker did, kept for charts (spec 03 §6.1).
package struct HashrateSnapshots: Sendable {
    /// How long a slot waits for the shares that belong to it, seconds.
    private static let patience: Int64 = 60
    /// Rings read, or rows written, at once.
    private static let step = 1000

    private let store: SnapshotStore
    private let miners: ActiveMiners
    private let rings: RingReader
    private let redis: RedisClient
    private let clock: Clock

    package init(runtime: Runtime) {
        store = SnapshotStore(database: runtime.database)
        miners = ActiveMiners(database: runtime.database)
        rings = RingReader(redis: runtime.redis)
        redis = runtime.redis
        clock = runtime.clock
    }

    /// Takes the slot at or before an instant, once its shares are settled, and those missed before it.
    package func run(at instant: Instant) async throws {
        let slot = SnapshotSlot(newestAt: min(instant, clock.now()))
        while try await !isDue(slot) { try await Task.sleep(for: .seconds(1)) }
        try await take(slot, now: clock.now())
    }

    private func isDue(_ slot: SnapshotSlot) async throws -> Bool {
        if clock.now() >= slot.time.adding(seconds: Self.patience) { return true }
        return try await Watermark.published(on: redis).map { $0 >= slot.time } ?? false
    }

    private func take(_ slot: SnapshotSlot, now: Instant) async throws {
        let slots = slot.open(since: try await store.lastTaken(), at: now)
        guard !slots.isEmpty else { return }
        let punctual = slot.isPunctual(at: now) ? slot : nil
        for miners in try await miners.all(at: now).chunked(upTo: Self.step, by: \.rings.count) {
            let rings = try await rings.rings(miners.flatMap(\.rings))
            try await keep(miners, rings, slots, punctual)
        }
        try await store.note(taken: slot, now: now)
    }

    /// - Parameter rings: of each miner and its workers, in their order.
    private func keep(_ miners: [ActiveMiner], _ rings: [WorkRing], _ slots: [SnapshotSlot], _ punctual: SnapshotSlot?) async throws {
        var rings = rings[...]
        var rows: [SnapshotStore.Row] = []
        var current: [(id: Int64, figures: SnapshotSlot.Figures)] = []
        for miner in miners {
            let own = (name: SnapshotStore.allWorkers, id: nil as Int64?, online: miner.workersOnline)
            let workers = miner.workers.map { (name: $0.name, id: Optional($0.id), online: $0.isOnline ? Int32(1) : 0) }
            for (subject, ring) in zip([own] + workers, rings) {
                for slot in slots {
                    let isPunctual = slot == punctual
                    let figures = slot.figures(of: ring, isPunctual: isPunctual)
                    let online = isPunctual ? subject.online : 0
                    if isPunctual, let id = subject.id { current.append((id, figures)) }
                    guard !figures.isSilent || online > 0 else { continue }
                    rows.append(
                        SnapshotStore.Row(slot: slot, user: miner.user, worker: subject.name, figures: figures, workersOnline: online)
                    )
                }
            }
            rings = rings.dropFirst(1 + workers.count)
        }
        for some in rows.chunks(ofCount: Self.step) { try await store.insert(Array(some)) }
        try await store.refresh(current)
    }
}

extension Array {
    /// Cuts into parts whose weights do not exceed a sum, or that have one element.
    func chunked(upTo maximum: Int, by weight: (Element) -> Int) -> [[Element]] {
        var parts: [[Element]] = []
        var sum = 0
        for element in self {
            let weight = weight(element)
            if parts.isEmpty || sum + weight > maximum {
                parts.append([])
                sum = 0
            }
            parts[parts.count - 1].append(element)
            sum += weight
        }
        return parts
    }
}
