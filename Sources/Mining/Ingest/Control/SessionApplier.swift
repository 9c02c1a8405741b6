package import GameRules
import Postgres

/// Sessions begin and end (spec 03a §7.2, §7.3). The database decides who is online; Redis knows which sessions are open.
package struct ConnectApplier: EventApplier {
    private let scribe: ControlScribe
    private let sessions: LiveSessions
    private let store: SessionStore

    package init(scribe: ControlScribe, sessions: LiveSessions) {
        store = SessionStore(silence: scribe.silence)
        self.scribe = scribe
        self.sessions = sessions
    }

    package func apply(_ events: [MiningEvent], now: Instant) async throws {
        let connects = events.compactMap { event -> Connect? in
            guard case .minerConnected(let payload) = event.payload, let address = payload.user.canonicalAddress else { return nil }
            return Connect(event: event, address: address, payload: payload)
        }
        try await sessions.begin(connects.map(\.session))
        let (change, owned) = try await scribe.record(connects.map(\.event), now: now) { subjects, transaction in
            var latest: [Int64: (subject: ControlScribe.Subject, connect: Connect)] = [:]
            var owned: Set<LiveWorker> = []
            for connect in connects {
                guard let subject = subjects.subject(of: connect.event) else { continue }
                owned.insert(connect.session.worker)
                if let known = latest[subject.worker.id], known.connect.session.time > connect.session.time { continue }
                latest[subject.worker.id] = (subject, connect)
            }
            let rows = try await transaction.query(
                store.connect(latest.sorted { $0.key < $1.key }.map { ($0.key, $0.value.connect) }, now: now)
            )
            var change = BatchChange(now: now)
            for row in rows {
                let (id, isSwitched, lastShare) = try row.decode((Int64, Bool, Instant?).self)
                guard isSwitched, let (subject, connect) = latest[id] else { continue }
                change.switches.append(
                    WorkerSwitch(
                        subject,
                        isOnline: true,
                        reason: .connect,
                        time: connect.session.time,
                        lastShare: lastShare,
                        connectedAt: connect.session.time
                    )
                )
            }
            return (change, owned)
        }
        try? await sessions.describe(connects.map { $0.description(isOwned: owned.contains($0.session.worker)) })
        try? await sessions.set(change.switches)
        await scribe.announce(change)
    }

    struct Connect: Sendable {
        let event: MiningEvent
        let address: String
        let payload: MinerConnected

        var session: LiveSession {
            LiveSession(
                worker: LiveWorker(address: address, name: payload.user.workerName),
                client: payload.clientID.flatMap { $0 > 0 ? "\(event.envelope.region):\($0)" : nil },
                time: event.envelope.time
            )
        }

        func description(isOwned: Bool) -> LiveSessions.Description {
            .init(session: session, ip: payload.ip, userAgent: payload.userAgent, difficulty: payload.initialDifficulty, isOwned: isOwned)
        }
    }
}

/// The end of a session switches a worker off only if no other session of it is known and nothing newer was heard of it, so a late
/// disconnect of an old session cannot switch off a worker that has reconnected.
package struct DisconnectApplier: EventApplier {
    private let scribe: ControlScribe
    private let sessions: LiveSessions
    private let store = SessionStore()

    package init(scribe: ControlScribe, sessions: LiveSessions) {
        self.scribe = scribe
        self.sessions = sessions
    }

    package func apply(_ events: [MiningEvent], now: Instant) async throws {
        let ends = events.compactMap { event -> (event: MiningEvent, session: LiveSession)? in
            guard case .minerDisconnected(let payload) = event.payload, let address = payload.user.canonicalAddress else { return nil }
            let client = payload.clientID.flatMap { $0 > 0 ? "\(event.envelope.region):\($0)" : nil }
            let worker = LiveWorker(address: address, name: payload.user.workerName)
            return (event, LiveSession(worker: worker, client: client, time: event.envelope.time))
        }
        let remaining = try await sessions.end(ends.map(\.session))
        let (change, _) = try await scribe.record(ends.map(\.event), now: now) { subjects, transaction in
            var latest: [Int64: (subject: ControlScribe.Subject, time: Instant)] = [:]
            for (event, session) in ends where remaining[session.worker] == 0 {
                guard let subject = subjects.subject(of: event) else { continue }
                let time = max(latest[subject.worker.id]?.time ?? session.time, session.time)
                latest[subject.worker.id] = (subject, time)
            }
            let rows = try await transaction.query(store.disconnect(latest.sorted { $0.key < $1.key }.map { ($0.key, $0.value.time) }))
            var change = BatchChange(now: now)
            for row in rows {
                let (id, isSwitched, lastShare, connectedAt) = try row.decode((Int64, Bool, Instant?, Instant?).self)
                guard isSwitched, let (subject, time) = latest[id] else { continue }
                change.switches.append(
                    WorkerSwitch(
                        subject,
                        isOnline: false,
                        reason: .disconnect,
                        time: time,
                        lastShare: lastShare,
                        connectedAt: connectedAt
                    )
                )
            }
            return (change, ())
        }
        try? await sessions.set(change.switches)
        await scribe.announce(change)
    }
}
