import GameRules
import Platform
import Postgres

/// The SQL of hashrate: ranges of one user's snapshots and hours by key, never `shares` (spec 03 §3 routes 3, 12, 13, 03a §11).
struct HashrateStore: Sendable {
    let database: PostgresClient

    // MARK: charts

    /// Answers end of the step as Unix seconds, sum of its snapshots, the latest of them.
    static func snapshots(of user: UserID, worker: String, window: ChartWindow, at now: Instant) -> SQL {
        let span = window.span(before: now)
        let step = window.step
        return SQL.named(
            "mining_hashrate_snapshots",
            """
            select (extract(epoch from time)::bigint + \(step - 1)) / \(step) * \(step), coalesce(sum(hashrate_5m), 0), max(time)
            from hashrate_snapshots
            where user_id = \(user) and worker_name = \(worker) and time > \(span.lowerBound) and time <= \(span.upperBound)
            group by 1
            """
        )
    }

    func snapshots(of user: UserID, worker: String, window: ChartWindow, at now: Instant) async throws -> [Instant:
        HashrateSeries.Snapshots]
    {
        try await database.query(Self.snapshots(of: user, worker: worker, window: window, at: now)).reduce(into: [:]) { steps, row in
            let (end, sum, latest) = try row.decode((Int64, Double, Instant).self)
            steps[Instant(secondsSinceUnixEpoch: end)] = HashrateSeries.Snapshots(sum: sum, latest: latest)
        }
    }

    /// Answers end of the step as Unix seconds, work.
    static func work(of user: UserID, window: ChartWindow, at now: Instant) -> SQL {
        let span = window.span(before: now)
        let step = window.step
        return SQL.named(
            "mining_hashrate_work",
            """
            select extract(epoch from bucket)::bigint / \(step) * \(step) + \(step), sum(work)
            from hourly_shares
            where user_id = \(user) and bucket >= \(span.lowerBound) and bucket < \(span.upperBound)
            group by 1
            """
        )
    }

    func work(of user: UserID, window: ChartWindow, at now: Instant) async throws -> [Instant: Double] {
        try await database.query(Self.work(of: user, window: window, at: now)).reduce(into: [:]) { steps, row in
            let (end, work) = try row.decode((Int64, Double).self)
            steps[Instant(secondsSinceUnixEpoch: end)] = work
        }
    }

    static func firstShare(of user: UserID) -> SQL {
        SQL.named("mining_first_share", "select first_share_at from user_share_totals where user_id = \(user)")
    }

    func firstShare(of user: UserID) async throws -> Instant? {
        try await database.query(Self.firstShare(of: user)).value(Instant?.self) ?? nil
    }

    // MARK: workers

    struct Worker: Sendable, Equatable {
        let firstSeen: Instant
        /// Five-minute hashrate of its last snapshot, H/s; 0 when it has been silent since.
        let lastHashrate: Double
    }

    static func worker(_ name: String, of user: UserID) -> SQL {
        SQL.named(
            "mining_worker_hashrate",
            "select first_seen, last_share, hashrate_5m from workers where user_id = \(user) and worker_name = \(name)"
        )
    }

    func worker(_ name: String, of user: UserID, at now: Instant) async throws -> Worker? {
        guard let row = try await database.query(Self.worker(name, of: user)).first else { return nil }
        let (first, last, hashrate) = try row.decode((Instant, Instant?, Double?).self)
        let isRecent = last.map { $0 > now.adding(seconds: -SnapshotStore.memory) } ?? false
        return Worker(firstSeen: first, lastHashrate: isRecent ? hashrate ?? 0 : 0)
    }

    // MARK: without Redis

    /// Answers a row for each user, in no particular order.
    static func lastSnapshots(of users: [UserID], at now: Instant) -> SQL {
        SQL.named(
            "mining_last_snapshot",
            """
            select u.id, s.hashrate_1m, s.hashrate_5m, s.hashrate_1h, s.hashrate_24h,
                   (select count(*) from workers w where w.user_id = u.id and w.archived_at is null and w.is_online)
            from unnest(\(users)) as u (id)
            left join lateral (
                select * from hashrate_snapshots
                where user_id = u.id and worker_name = \(SnapshotStore.allWorkers) and time > \(now.adding(seconds: -SnapshotStore.memory))
                  and time <= \(now)
                order by time desc limit 1
            ) s on true
            """
        )
    }

    func lastSnapshots(of users: [UserID], at now: Instant) async throws -> [UserID: LiveReader.UserFigures] {
        try await database.query(Self.lastSnapshots(of: users, at: now)).reduce(into: [:]) { figures, row in
            let (user, minute, five, hour, day, online) = try row.decode((UserID, Double?, Double?, Double?, Double?, Int64).self)
            figures[user] = LiveReader.UserFigures(
                hashrates: Hashrates(oneMinute: minute ?? 0, fiveMinutes: five ?? 0, oneHour: hour ?? 0, oneDay: day ?? 0),
                workersOnline: Int(online)
            )
        }
    }

    func lastSnapshot(of user: UserID, at now: Instant) async throws -> LiveReader.UserFigures {
        try await lastSnapshots(of: [user], at: now)[user] ?? LiveReader.UserFigures()
    }
}
