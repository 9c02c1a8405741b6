package import GameRules
import Postgres

/// Retargets and the pool's own hashrates (spec 03a §7.4, §7.5): last writer wins, nothing else follows from them.
package struct DifficultyApplier: EventApplier {
    private let scribe: ControlScribe
    private let sessions: LiveSessions
    private let store = SessionStore()

    package init(scribe: ControlScribe, sessions: LiveSessions) {
        self.scribe = scribe
        self.sessions = sessions
    }

    package func apply(_ events: [MiningEvent], now: Instant) async throws {
        _ = try await scribe.record(events, now: now) { subjects, transaction in
            var latest: [Int64: (difficulty: Double, time: Instant)] = [:]
            for event in events {
                guard case .difficultyUpdated(let payload) = event.payload, let subject = subjects.subject(of: event) else { continue }
                if let known = latest[subject.worker.id], known.time > event.envelope.time { continue }
                latest[subject.worker.id] = (payload.newDifficulty, event.envelope.time)
            }
            try await transaction.execute(
                store.difficulty(latest.sorted { $0.key < $1.key }.map { ($0.key, $0.value.difficulty, $0.value.time) })
            )
            return (BatchChange(now: now), ())
        }
        try? await sessions.note(
            events.compactMap { event in
                guard case .difficultyUpdated(let payload) = event.payload, let worker = LiveWorker(payload.user) else { return nil }
                return .init(worker: worker, time: event.envelope.time, kind: .difficulty(payload.newDifficulty))
            }
        )
    }
}

/// What the pool believes hashrates to be, kept for diagnosis; figures shown are always computed from shares.
package struct HashrateApplier: EventApplier {
    private let sessions: LiveSessions

    package init(sessions: LiveSessions) {
        self.sessions = sessions
    }

    package func apply(_ events: [MiningEvent], now: Instant) async throws {
        try await sessions.note(
            events.compactMap { event in
                guard case .hashrateUpdate(let payload) = event.payload, let worker = LiveWorker(payload.user) else { return nil }
                return .init(worker: worker, time: event.envelope.time, kind: .poolHashrates(payload))
            }
        )
    }
}
