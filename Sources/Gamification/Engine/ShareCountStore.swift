import GameRules
import Platform
import Postgres

/// The SQL that counts shares: totals, calendar, weekly bests (spec 05 §6.3 nos. 1–3). One statement each, whatever the number of users;
/// rows come in the order of their keys.
struct ShareCountStore: Sendable {
    /// What a batch adds to one user's totals.
    struct Count: Sendable {
        let user: UserID
        let shares: Int64
        let best: Double
    }

    /// Adds to totals; answers ``GameStanding`` after it.
    func add(_ counts: [Count], now: Instant) -> SQL {
        SQL.named(
            "game_count_shares",
            """
            insert into user_gamification as t (user_id, total_shares, best_difficulty, updated_at)
            select *, \(now) from unnest(\(counts.map(\.user)), \(counts.map(\.shares)), \(counts.map(\.best)))
            on conflict (user_id) do update set
                total_shares = t.total_shares + excluded.total_shares, best_difficulty = greatest(t.best_difficulty, excluded.best_difficulty)
            returning \(sql: GameStanding.columns)
            """
        )
    }

    /// One row of the calendar.
    struct CalendarWeek: Sendable {
        let user: UserID
        let week: ISOWeek
        var shares: Int64
        var best: Double
        var dayMask: Int16
    }

    func addWeeks(_ weeks: [CalendarWeek]) -> SQL {
        SQL.named(
            "game_calendar",
            """
            insert into streak_calendar as t (user_id, week_iso, week_start, share_count, best_diff, is_active, day_mask)
            select user_id, week, monday, shares, best, true, mask
            from unnest(\(weeks.map(\.user)), \(weeks.map(\.week.description)), \(weeks.map(\.week.monday)), \(weeks.map(\.shares)),
                        \(weeks.map(\.best)), \(weeks.map(\.dayMask))) as w (user_id, week, monday, shares, best, mask)
            on conflict (user_id, week_iso) do update set
                share_count = t.share_count + excluded.share_count, best_diff = greatest(t.best_diff, excluded.best_diff),
                is_active = true, day_mask = t.day_mask | excluded.day_mask
            """
        )
    }

    /// A better share takes time and hash with it; an equal one changes nothing.
    func addBests(_ weeks: [(user: UserID, week: ShareFold.Week)]) -> SQL {
        SQL.named(
            "game_weekly_best",
            """
            insert into weekly_best_diff as t (btc_address, user_id, week_start, best_difficulty, best_share_time, total_shares, best_hash)
            select address, user_id, monday, best, at, shares, hash
            from unnest(\(weeks.map(\.week.address)), \(weeks.map(\.user)), \(weeks.map(\.week.week.monday)), \(weeks.map(\.week.best)),
                        \(weeks.map(\.week.bestAt)), \(weeks.map(\.week.count)), \(weeks.map(\.week.bestHash)))
                as w (address, user_id, monday, best, at, shares, hash)
            on conflict (btc_address, week_start) do update set
                total_shares = t.total_shares + excluded.total_shares,
                user_id = coalesce(t.user_id, excluded.user_id),
                best_difficulty = greatest(t.best_difficulty, excluded.best_difficulty),
                best_share_time = case when excluded.best_difficulty > t.best_difficulty then excluded.best_share_time
                                  else t.best_share_time end,
                best_hash = case when excluded.best_difficulty > t.best_difficulty then excluded.best_hash else t.best_hash end
            """
        )
    }

    /// Counts the blocks of users anew, orphans not among them; answers ``GameStanding`` after it. So rare that adding would save nothing.
    func recountBlocks(_ users: [UserID], now: Instant) -> SQL {
        SQL.named(
            "game_count_blocks",
            """
            update user_gamification t set
                blocks_found = (select count(distinct b.block_height) from blocks b where b.user_id = t.user_id and b.status <> 'orphaned'),
                updated_at = \(now)
            where t.user_id = any(\(users))
            returning \(sql: GameStanding.columns)
            """
        )
    }
}
