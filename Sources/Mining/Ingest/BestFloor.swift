import Synchronization

/// Lower bounds of stored bests: since a best only rises, a candidate at or below the bound need not be tried.
///
/// Without it, every batch would lock a `personal_bests` row per user, week and month for nothing.
final class BestFloor: Sendable {
    private let floors = Mutex<[BestKey: Double]>([:])
    private let maximumKeys: Int

    init(maximumKeys: Int = 300_000) {
        self.maximumKeys = maximumKeys
    }

    func worthTrying(_ bests: [BestKey: BestCandidate]) -> [(key: BestKey, value: BestCandidate)] {
        floors.withLock { floors in bests.filter { $0.value.difficulty > floors[$0.key] ?? -1 } }.sorted { $0.key < $1.key }
    }

    /// After a commit: what was tried is stored now, or something greater is.
    func remember(_ change: BatchChange) {
        let bests = change.delta.bests
        floors.withLock { floors in
            if floors.count + bests.count > maximumKeys { floors.removeAll() }
            for (key, best) in bests where best.difficulty > floors[key] ?? -1 { floors[key] = best.difficulty }
        }
    }
}
