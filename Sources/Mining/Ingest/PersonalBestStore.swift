import GameRules
import Platform
import Postgres

/// The SQL of `personal_bests`: rows are only ever raised, and an equal value keeps its first achiever (spec 03 §2).
struct PersonalBestStore: Sendable {
    /// Whoever raises a best of a week has locked the user's row of `user_share_totals`, which shows the latest week's, before.
    /// Answers user, timeframe, period, best before, for rows that rose.
    func raise(_ bests: [(key: BestKey, value: BestCandidate)], now: Instant) -> SQL {
        """
        with raised as (
            insert into personal_bests as b (user_id, timeframe, period_key, best_difficulty, share_time, worker_name, event_id, created_at, updated_at)
            select *, \(now), \(now)
            from unnest(\(bests.map(\.key.user)), \(bests.map(\.key.timeframe.rawValue)), \(bests.map(\.key.period)),
                        \(bests.map(\.value.difficulty)), \(bests.map(\.value.time)), \(bests.map(\.value.workerName)), \(bests.map(\.value.eventID)))
            on conflict (user_id, timeframe, period_key) do update set
                previous_best = b.best_difficulty, best_difficulty = excluded.best_difficulty, share_time = excluded.share_time,
                worker_name = excluded.worker_name, event_id = excluded.event_id, updated_at = excluded.updated_at
            where excluded.best_difficulty > b.best_difficulty
            returning user_id, timeframe, period_key, previous_best, best_difficulty
        ), week as (
            update user_share_totals t set latest_week = r.period_key, week_best_diff = r.best_difficulty
            from (select distinct on (user_id) user_id, period_key, best_difficulty from raised where timeframe = 'week'
                  order by user_id, period_key desc) r
            where t.user_id = r.user_id and (t.latest_week is null or t.latest_week <= r.period_key)
        )
        select user_id, timeframe, period_key, previous_best from raised
        """
    }

    /// The rows that rose, as ``raise(_:now:)`` answers them.
    static func raised(_ rows: PostgresRows, _ bests: [BestKey: BestCandidate]) throws -> [RaisedBest] {
        try rows.compactMap { row in
            let (user, timeframe, period, previous) = try row.decode((UserID, String, String, Double).self)
            let frame = BestTimeframe(rawValue: timeframe) ?? .alltime
            let key = BestKey(user: user, timeframe: frame, period: period)
            return bests[key].map { RaisedBest(key: key, new: $0, previous: previous) }
        }
    }
}
