package import GameRules
package import Postgres

/// What a committed-or-about-to-be batch changed: what later features build on (DESIGN.md "A lower feature never knows a higher one").
package struct BatchChange: Sendable {
    /// Shares stored for the first time, in processing order; redelivered ones are not among them.
    package let shares: [OwnedShare]
    /// The same, folded.
    package let delta: BatchDelta
    /// Bests that rose, with the value before.
    package let raisedBests: [RaisedBest]
    /// Keys of shares that were all-time bests when processed.
    package let bestShares: Set<OwnedShare.Key>
    /// When the batch was processed.
    package let now: Instant
}

/// A feature that acts on what ingest stores, inside ingest's own transaction, so that its effects are as exactly-once as the shares.
package protocol BatchObserver: Sendable {
    /// Called after the roll-ups, before the commit. What it throws rolls the whole batch back.
    func batchStored(_ change: BatchChange, in transaction: PostgresTransaction) async throws
    /// Called after the commit, best effort: publish and refresh caches here.
    func batchCommitted(_ change: BatchChange) async
}

extension BatchObserver {
    package func batchCommitted(_ change: BatchChange) async {}
}
