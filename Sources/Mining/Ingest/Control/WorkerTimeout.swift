package import GameRules
import Platform
import Postgres
import Redis

/// Switches off workers nothing has been heard of (spec 03 §6.2). A silence that is ours is no evidence: while ingest is behind, nobody is
/// switched off.
package struct WorkerTimeout: Sendable {
    /// The longest silence the settings allow, seconds.
    static let longestSilence: Int64 = 3600
    /// How far ingest may be behind, seconds.
    private static let tolerance: Int64 = 60
    private static let step: Int32 = 500

    private let scribe: ControlScribe
    private let sessions: LiveSessions
    private let redis: RedisClient

    init(scribe: ControlScribe, sessions: LiveSessions, redis: RedisClient) {
        self.scribe = scribe
        self.sessions = sessions
        self.redis = redis
    }

    /// The scheduled task: switches off everybody who is due by what the streams have settled; answers how many.
    @discardableResult
    package func run(now: Instant) async throws -> Int {
        guard let settled = try await Watermark.published(on: redis) else { return 0 }
        return try await run(now: now, settled: settled)
    }

    /// Switches off everybody who is due; answers how many.
    /// - Parameter settled: up to when everything is in the database.
    func run(now: Instant, settled: Instant) async throws -> Int {
        guard settled >= now.adding(seconds: -Self.tolerance) else { return 0 }
        var count = 0
        while true {
            let (change, _) = try await scribe.record([], now: now) { _, transaction in
                var change = BatchChange(now: now)
                for row in try await transaction.query(switchOff(now: now)) {
                    let (id, user, address, name, at, share, connected) = try row.decode(
                        (Int64, UserID, String, String, Instant, Instant?, Instant?).self
                    )
                    change.switches.append(
                        WorkerSwitch(
                            user: user,
                            workerID: id,
                            worker: LiveWorker(address: address, name: name),
                            isOnline: false,
                            reason: .timeout,
                            time: at,
                            lastShare: share,
                            connectedAt: connected
                        )
                    )
                }
                return (change, ())
            }
            try? await sessions.set(change.switches)
            await scribe.announce(change)
            count += change.switches.count
            if change.switches.count < Self.step { return count }
        }
    }

    /// Answers worker, user, address, name, end, last share, begin of the last session.
    private func switchOff(now: Instant) -> SQL {
        """
        update workers w set is_online = false, disconnected_at = d.last + make_interval(secs => \(Double(scribe.silence)))
        from (
            select id, coalesce(greatest(last_share, connected_at), first_seen) as last from workers
            where is_online and coalesce(greatest(last_share, connected_at), first_seen) <= \(now.adding(seconds: -scribe.silence))
            order by id limit \(Self.step) for update skip locked
        ) d, users u
        where w.id = d.id and u.id = w.user_id
        returning w.id, w.user_id, u.btc_address, w.worker_name, w.disconnected_at, w.last_share, w.connected_at
        """
    }
}
