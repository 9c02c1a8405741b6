package import GameRules
import Platform
package import Postgres

/// Writes one batch of shares in one transaction: owners, workers, rows, roll-ups, observers (spec 03a §6.2).
///
/// A share counts only in the transaction that stores its row; the row's unique key makes a second delivery a no-op.
package struct ShareBatchWriter: Sendable {
    private let database: PostgresClient
    private let owners: OwnerBook
    private let workers: WorkerBook
    private let observers: [any BatchObserver]
    private let store: ShareStore
    private let days = DailyStatsStore()
    private let bests = PersonalBestStore()
    private let knownBests = BestFloor()

    /// - Parameter silence: seconds after which a worker nothing is heard of is off.
    package init(
        database: PostgresClient,
        owners: OwnerBook,
        workers: WorkerBook,
        observers: [any BatchObserver],
        silence: Int64 = ShareStore.onlineSeconds
    ) {
        store = ShareStore(silence: silence)
        self.database = database
        self.owners = owners
        self.workers = workers
        self.observers = observers
    }

    /// Stores what is new of a batch and tells what that changed. Safe to call again with the same shares.
    package func write(_ incoming: [IncomingShare], now: Instant) async throws -> BatchChange {
        let outcome = try await database.transaction { transaction in
            let identified = try await identify(incoming, in: transaction)
            let change = try await store(identified.shares, now: now, in: transaction)
            if !change.isEmpty { for observer in observers { try await observer.batchStored(change, in: transaction) } }
            // The row of the hour is everybody's: whoever has changed it is as good as committed.
            let hours = change.delta.poolHours.sorted { $0.key < $1.key }
            if !hours.isEmpty { try await transaction.pipeline(store.addPoolHours(hours)) }
            return (change: change, identified: identified)
        }
        owners.remember(outcome.identified.owners)
        workers.remember(outcome.identified.workers)
        knownBests.remember(outcome.change)
        return outcome.change
    }

    /// Tells the observers of a committed change.
    package func announce(_ change: BatchChange) async {
        for observer in observers { await observer.batchCommitted(change) }
    }

    // MARK: identity

    private struct Identified: Sendable {
        var shares: [OwnedShare]
        var owners: OwnerBook.Reading
        var workers: WorkerBook.Reading
    }

    /// Finds or makes owners and workers. Rejected shares never make an owner: anybody could fill the table for nothing.
    private func identify(_ incoming: [IncomingShare], in transaction: PostgresTransaction) async throws -> Identified {
        var owners = try await owners.read(Set(incoming.map(\.address)), in: transaction)
        var unowned: [String: Instant] = [:]
        for share in incoming where share.isAccepted && owners.owner(of: share.address, at: share.time) == nil {
            unowned[share.address] = min(unowned[share.address] ?? share.time, share.time)
        }
        try await self.owners.create(unowned, into: &owners, in: transaction)

        var firstSeen: [WorkerKey: Instant] = [:]
        for share in incoming {
            guard let user = owners.owner(of: share.address, at: share.time) else { continue }
            let key = WorkerKey(user: user, name: share.workerName)
            firstSeen[key] = min(firstSeen[key] ?? share.time, share.time)
        }
        let workers = try await workers.read(firstSeen, epoch: owners.epoch, in: transaction)

        var seen: Set<OwnedShare.Key> = []
        var shares: [OwnedShare] = []
        shares.reserveCapacity(incoming.count)
        for share in incoming {
            guard let user = owners.owner(of: share.address, at: share.time),
                let worker = workers.workers[WorkerKey(user: user, name: share.workerName)]
            else { continue }
            let owned = OwnedShare(share, user: user, worker: worker)
            if seen.insert(owned.key).inserted { shares.append(owned) }
        }
        return Identified(shares: shares, owners: owners, workers: workers)
    }

    // MARK: rows and roll-ups

    private func store(_ identified: [OwnedShare], now: Instant, in transaction: PostgresTransaction) async throws -> BatchChange {
        let shares = try await insert(identified, in: transaction)
        let delta = BatchDelta(shares)
        guard !shares.isEmpty else { return BatchChange(now: now) }

        let dayKeys = delta.days.keys.sorted()
        let first = try await transaction.pipeline([
            store.addTotals(delta),
            store.addWorkerDays(
                delta.workerDays.sorted { ($0.key.user, $0.key.day, $0.key.worker) < ($1.key.user, $1.key.day, $1.key.worker) }
            ),
            days.read(dayKeys),
            store.addHours(delta.hours.sorted { ($0.key.user, $0.key.hour) < ($1.key.user, $1.key.hour) }),
            store.addWorkers(delta.workers.sorted { $0.key < $1.key }, now: now),
        ])
        let bestBefore = try first[0].reduce(into: [UserID: Double]()) { result, row in
            let (user, best) = try row.decode((UserID, Double).self)
            result[user] = best
        }
        let workersAdded = try newWorkerDays(first[1], delta)
        let stored = try days.decode(first[2])
        let bestShares = Self.bestShares(shares, before: bestBefore)
        let reached = delta.bests
        let candidates = knownBests.worthTrying(reached)

        var second: [SQL] = []
        second.append(
            days.write(
                dayKeys.map { key in
                    DailyStatsStore.Merged(
                        key: key,
                        delta: delta.days[key] ?? .init(),
                        stored: stored[key] ?? .init(),
                        workersAdded: workersAdded[key] ?? 0
                    )
                },
                now: now
            )
        )
        if !candidates.isEmpty { second.append(bests.raise(candidates, now: now)) }
        let newlyActive = Self.newlyActiveDays(delta, stored)
        if !newlyActive.isEmpty { second.append(store.addDaysActive(newlyActive.sorted { $0.key < $1.key })) }
        if !bestShares.isEmpty { second.append(store.markBests(Array(bestShares))) }
        if !delta.rejects.isEmpty { second.append(store.addRejects(delta.rejects.sorted { $0.key < $1.key })) }
        let results = try await transaction.pipeline(second)

        let raised = candidates.isEmpty ? [] : try PersonalBestStore.raised(results[1], reached)
        let switches = try Self.switches(first[4], shares)
        return BatchChange(shares: shares, delta: delta, raisedBests: raised, bestShares: bestShares, switches: switches, now: now)
    }

    /// Workers that this batch has switched on.
    private static func switches(_ rows: PostgresRows, _ shares: [OwnedShare]) throws -> [WorkerSwitch] {
        let woken = try rows.compactMap { row in
            let (worker, isWoken) = try row.decode((Int64, Bool).self)
            return isWoken ? worker : nil
        }
        guard !woken.isEmpty else { return [] }
        let latest = shares.reduce(into: [Int64: OwnedShare]()) { latest, share in
            if share.isAccepted, share.time >= latest[share.workerID]?.time ?? .unixEpoch { latest[share.workerID] = share }
        }
        return woken.compactMap { worker in
            latest[worker].map { share in
                WorkerSwitch(
                    user: share.userID,
                    workerID: worker,
                    worker: LiveWorker(address: share.address, name: share.workerName),
                    isOnline: true,
                    reason: .share,
                    time: share.time,
                    lastShare: share.time,
                    connectedAt: share.time
                )
            }
        }
    }

    /// Fewer rows are not worth the four more round trips of copying.
    private static let worthCopying = 500

    /// Stores what is new. Many rows are copied, when all of them are new, which is nearly always.
    private func insert(_ shares: [OwnedShare], in transaction: PostgresTransaction) async throws -> [OwnedShare] {
        guard !shares.isEmpty else { return [] }
        guard shares.count >= Self.worthCopying else {
            let stored = try await store.insertNew(shares, in: transaction)
            return stored.count == shares.count ? shares : shares.filter { stored.contains($0.key) }
        }
        do {
            try await transaction.savepoint { transaction in try await store.copy(shares, in: transaction) }
            return shares
        } catch let error as PostgresError where error.isUniqueViolation {
            let stored = try await store.insertNew(shares, in: transaction)
            return shares.filter { stored.contains($0.key) }
        }
    }

    /// Workers whose first accepted share of a day this batch holds, counted by user and day.
    private func newWorkerDays(_ rows: PostgresRows, _ delta: BatchDelta) throws -> [BatchDelta.UserDay: Int32] {
        var counts: [BatchDelta.UserDay: Int32] = [:]
        for row in rows {
            let (user, worker, day, after) = try row.decode((UserID, Int64, UTCDay, Int64).self)
            let added = delta.workerDays[.init(user: user, worker: worker, day: day)]?.accepted ?? 0
            if added > 0, added == after { counts[.init(user: user, day: day), default: 0] += 1 }
        }
        return counts
    }

    /// Days that had no accepted share before this batch, counted by user.
    private static func newlyActiveDays(_ delta: BatchDelta, _ stored: [BatchDelta.UserDay: DailyStatsStore.Stored]) -> [(
        key: UserID, value: Int32
    )] {
        var counts: [UserID: Int32] = [:]
        for (key, day) in delta.days where day.tally.accepted > 0 && (stored[key]?.accepted ?? 0) == 0 { counts[key.user, default: 0] += 1 }
        return Array(counts)
    }

    /// Shares that beat every earlier one of their user, in processing order.
    private static func bestShares(_ shares: [OwnedShare], before: [UserID: Double]) -> Set<OwnedShare.Key> {
        var best = before
        var keys: Set<OwnedShare.Key> = []
        for share in shares where share.isAccepted && share.achieved > best[share.userID] ?? 0 {
            best[share.userID] = share.achieved
            keys.insert(share.key)
        }
        return keys
    }
}
