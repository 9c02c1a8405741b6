package import GameRules
import Postgres

/// A record told by the pool (spec 03a §7.8): it was achieved at that instant on an accepted share, so it raises the bests of its week, month
/// and of all time, whatever timeframe the pool names. It counts no share and touches no day: the share event does, and covers it when lost.
package struct BestApplier: EventApplier {
    private let scribe: ControlScribe
    private let live: LiveState
    private let store = PersonalBestStore()

    package init(scribe: ControlScribe, live: LiveState) {
        self.scribe = scribe
        self.live = live
    }

    package func apply(_ events: [MiningEvent], now: Instant) async throws {
        let (change, _) = try await scribe.record(events, now: now) { subjects, transaction in
            var candidates: [BestKey: BestCandidate] = [:]
            for event in events {
                guard case .bestDifficulty(let payload) = event.payload, let subject = subjects.subject(of: event) else { continue }
                let candidate = BestCandidate(
                    difficulty: payload.best,
                    time: event.envelope.time,
                    workerName: subject.worker.name,
                    eventID: event.envelope.id
                )
                for key in BestKey.all(user: subject.user, day: UTCDay(containing: event.envelope.time)) {
                    if candidates[key].map({ $0.isBeaten(by: candidate) }) ?? true { candidates[key] = candidate }
                }
            }
            var change = BatchChange(now: now)
            guard !candidates.isEmpty else { return (change, ()) }
            let rows = try await transaction.query(store.raise(candidates.map { $0 }.sorted { $0.key < $1.key }, now: now))
            change.raisedBests = try PersonalBestStore.raised(rows, candidates)
            return (change, ())
        }
        try? await live.rank(change.raisedBests)
        await scribe.announce(change)
    }
}
