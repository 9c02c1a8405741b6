package import GameRules
package import Postgres
import Synchronization

/// What a committed-or-about-to-be batch changed: what later features build on (DESIGN.md "A lower feature never knows a higher one").
package struct BatchChange: Sendable {
    /// Shares stored for the first time, in processing order; redelivered ones are not among them.
    package var shares: [OwnedShare] = []
    /// The same, folded.
    package var delta = BatchDelta()
    /// Bests that rose, with the value before.
    package var raisedBests: [RaisedBest] = []
    /// Keys of shares that were all-time bests when processed.
    package var bestShares: Set<OwnedShare.Key> = []
    /// Workers that went on or offline.
    package var switches: [WorkerSwitch] = []
    /// Blocks found, and what became of earlier ones.
    package var blocks: [BlockChange] = []
    /// When the batch was processed.
    package let now: Instant
    /// Another one for every batch of the process: what an observer keeps from the transaction to the commit, it keeps under this number.
    package let number = BatchNumber.next()

    /// Whether there is nothing to act on.
    package var isEmpty: Bool { shares.isEmpty && raisedBests.isEmpty && switches.isEmpty && blocks.isEmpty }
}

/// Numbers the batches of a process.
private enum BatchNumber {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 { last.wrappingAdd(1, ordering: .relaxed).newValue }
}

/// A worker that went on or offline.
package struct WorkerSwitch: Sendable, Equatable {
    /// Why.
    package enum Reason: String, Sendable {
        case connect, share, disconnect, timeout
    }

    package let user: UserID
    package let workerID: Int64
    package let worker: LiveWorker
    package let isOnline: Bool
    package let reason: Reason
    /// Pool time of the event that switched it.
    package let time: Instant
    /// Last accepted share.
    package let lastShare: Instant?
    /// Begin of the last session.
    package let connectedAt: Instant?
}

extension WorkerSwitch {
    init(
        _ subject: ControlScribe.Subject,
        isOnline: Bool,
        reason: Reason,
        time: Instant,
        lastShare: Instant?,
        connectedAt: Instant?
    ) {
        self.init(
            user: subject.user,
            workerID: subject.worker.id,
            worker: LiveWorker(address: subject.address, name: subject.worker.name),
            isOnline: isOnline,
            reason: reason,
            time: time,
            lastShare: lastShare,
            connectedAt: connectedAt
        )
    }
}

/// A feature that acts on what ingest stores, inside ingest's own transaction, so that its effects are as exactly-once as the facts.
package protocol BatchObserver: Sendable {
    /// Called after the roll-ups, before the commit. What it throws rolls the whole batch back.
    func batchStored(_ change: BatchChange, in transaction: PostgresTransaction) async throws
    /// Called after the commit, best effort: publish and refresh caches here.
    func batchCommitted(_ change: BatchChange) async
}

extension BatchObserver {
    package func batchCommitted(_ change: BatchChange) async {}
}
