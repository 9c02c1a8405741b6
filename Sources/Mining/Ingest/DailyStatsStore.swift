import Bitcoin
import GameRules
import Platform
import Postgres

/// The SQL of `user_daily_stats`. Presence bits and decades are merged here rather than in the database, which has no `or` of byte
/// strings; the row of `user_share_totals`, changed earlier in the same transaction, keeps other writers of the user out meanwhile.
struct DailyStatsStore: Sendable {
    /// The stored rows of some users' days: user, day, accepted, best, best at, decades, presence.
    func read(_ keys: [BatchDelta.UserDay]) -> SQL {
        """
        select s.user_id, s.day, s.accepted_shares, s.best_diff, s.best_diff_at, s.diff_hist, s.presence
        from unnest(\(keys.map(\.user)), \(keys.map(\.day))) as k (user_id, day)
        join user_daily_stats s on s.user_id = k.user_id and s.day = k.day
        """
    }

    /// A day's row as it was before the batch.
    struct Stored: Sendable {
        var accepted: Int64 = 0
        var best = 0.0
        var bestAt: Instant?
        var decades: [Int64] = []
        var presence = PresenceMinutes()
    }

    func decode(_ rows: PostgresRows) throws -> [BatchDelta.UserDay: Stored] {
        var stored: [BatchDelta.UserDay: Stored] = [:]
        for row in rows {
            let (user, day, accepted, best, bestAt, decades, presence) = try row.decode(
                (UserID, UTCDay, Int64, Double, Instant?, [Int64], [UInt8]).self
            )
            stored[.init(user: user, day: day)] = Stored(
                accepted: accepted,
                best: best,
                bestAt: bestAt,
                decades: decades,
                presence: PresenceMinutes(bytes: presence)
            )
        }
        return stored
    }

    /// One day's new row: sums are added by the database, everything else is given merged.
    struct Merged: Sendable {
        let key: BatchDelta.UserDay
        let delta: ShareTally
        let best: Double
        let bestAt: Instant?
        let decades: [Int64]
        let presence: PresenceMinutes
        let workersAdded: Int32

        init(key: BatchDelta.UserDay, delta: BatchDelta.Day, stored: Stored, workersAdded: Int32) {
            var decades = delta.decades
            decades.add(stored: stored.decades)
            var presence = delta.presence
            presence.formUnion(stored.presence)
            self.key = key
            self.delta = delta.tally
            self.decades = decades.counts
            self.presence = presence
            self.workersAdded = workersAdded
            best = max(stored.best, delta.tally.best)
            if delta.tally.best > stored.best {
                bestAt = delta.tally.bestAt
            } else if delta.tally.best == stored.best, let new = delta.tally.bestAt, let old = stored.bestAt {
                bestAt = min(new, old)
            } else {
                bestAt = stored.bestAt
            }
        }
    }

    func write(_ days: [Merged], now: Instant) -> SQL {
        """
        insert into user_daily_stats as t (user_id, day, total_shares, accepted_shares, rejected_shares, total_work, share_diff_sum, best_diff,
                                           best_diff_at, diff_hist, presence, uptime_minutes, workers_seen, updated_at)
        select user_id, day, total, accepted, rejected, work, achieved, best, best_at, hist::bigint[], presence, minutes, workers, \(now)
        from unnest(\(days.map(\.key.user)), \(days.map(\.key.day)), \(days.map(\.delta.total)), \(days.map(\.delta.accepted)),
                    \(days.map(\.delta.rejected)), \(days.map(\.delta.work)), \(days.map(\.delta.achievedSum)), \(days.map(\.best)),
                    \(days.map(\.bestAt)), \(days.map { "{" + $0.decades.map(String.init).joined(separator: ",") + "}" }),
                    \(days.map(\.presence.bytes)), \(days.map { Int32($0.presence.minutes) }), \(days.map(\.workersAdded)))
            as d (user_id, day, total, accepted, rejected, work, achieved, best, best_at, hist, presence, minutes, workers)
        on conflict (user_id, day) do update set
            total_shares = t.total_shares + excluded.total_shares,
            accepted_shares = t.accepted_shares + excluded.accepted_shares,
            rejected_shares = t.rejected_shares + excluded.rejected_shares,
            total_work = t.total_work + excluded.total_work,
            share_diff_sum = t.share_diff_sum + excluded.share_diff_sum,
            best_diff = excluded.best_diff, best_diff_at = excluded.best_diff_at, diff_hist = excluded.diff_hist,
            presence = excluded.presence, uptime_minutes = excluded.uptime_minutes,
            workers_seen = t.workers_seen + excluded.workers_seen, updated_at = excluded.updated_at
        """
    }
}
