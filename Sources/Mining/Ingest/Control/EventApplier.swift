package import GameRules

/// What acts on events of one kind: those of a stream, and those of the raw log when a gap is repaired.
package protocol EventApplier: Sendable {
    /// Applies events in any order. Everything it does must be a no-op the second time.
    /// - Throws: when nothing of the batch was stored; the batch is tried again.
    func apply(_ events: [MiningEvent], now: Instant) async throws
}
