import GameRules
import Platform
import Postgres

/// The SQL of backfills. Values are set, not added: what the roll-ups of mining say is what counts, however much was counted before.
struct BackfillStore: Sendable {
    /// Users with more accepted shares than were counted for them.
    func behind(after user: UserID, limit: Int32) -> SQL {
        """
        select s.user_id from user_share_totals s left join user_gamification g on g.user_id = s.user_id
        where s.user_id > \(user) and s.accepted_shares > coalesce(g.total_shares, 0)
        order by s.user_id limit \(limit)
        """
    }

    /// Keeps ingest from counting shares of these users meanwhile: it takes the same rows first.
    func lock(_ users: [UserID]) -> SQL {
        "select user_id from user_share_totals where user_id = any(\(users)) order by user_id for update"
    }

    /// Answers ``GameStanding``.
    func setTotals(_ users: [UserID], now: Instant) -> SQL {
        """
        update user_gamification t set
            total_shares = s.accepted_shares,
            best_difficulty = greatest(t.best_difficulty, s.best_diff, coalesce(b.best_difficulty, 0)),
            blocks_found = (select count(distinct k.block_height) from blocks k where k.user_id = t.user_id and k.status <> 'orphaned'),
            updated_at = \(now)
        from user_share_totals s
        left join personal_bests b on b.user_id = s.user_id and b.timeframe = 'alltime'
        where t.user_id = s.user_id and t.user_id = any(\(users))
        returning \(sql: GameStanding.columns)
        """
    }

    func setCalendar(_ users: [UserID]) -> SQL {
        """
        insert into streak_calendar as t (user_id, week_iso, week_start, share_count, best_diff, is_active, day_mask)
        select user_id, to_char(monday, 'IYYY"-W"IW'), monday, sum(accepted_shares)::bigint, max(best_diff), true,
               bit_or((1 << (day - monday))::smallint)
        from (select user_id, day, accepted_shares, best_diff, day - (extract(isodow from day)::int - 1) as monday
              from user_daily_stats where user_id = any(\(users)) and accepted_shares > 0) d
        group by user_id, monday order by user_id, monday
        on conflict (user_id, week_iso) do update set
            share_count = excluded.share_count, best_diff = greatest(t.best_diff, excluded.best_diff), is_active = true,
            day_mask = t.day_mask | excluded.day_mask
        """
    }

    /// Weekly bests belong to an address. Days are kept by user, so they tell the address where it never changed.
    func setBests(_ users: [UserID]) -> SQL {
        """
        insert into weekly_best_diff as t (btc_address, user_id, week_start, best_difficulty, best_share_time, total_shares)
        select u.btc_address, d.user_id, d.monday, max(d.best_diff), (array_agg(d.best_diff_at order by d.best_diff desc, d.day))[1],
               sum(d.accepted_shares)::bigint
        from (select user_id, day, accepted_shares, best_diff, best_diff_at, day - (extract(isodow from day)::int - 1) as monday
              from user_daily_stats where user_id = any(\(users)) and accepted_shares > 0) d
        join users u on u.id = d.user_id
        where not exists (select from wallet_address_history h where h.user_id = d.user_id)
        group by u.btc_address, d.user_id, d.monday order by u.btc_address, d.monday
        on conflict (btc_address, week_start) do update set
            total_shares = excluded.total_shares, best_difficulty = greatest(t.best_difficulty, excluded.best_difficulty),
            best_share_time = case when excluded.best_difficulty > t.best_difficulty then excluded.best_share_time
                              else t.best_share_time end,
            best_hash = case when excluded.best_difficulty > t.best_difficulty then null else t.best_hash end
        """
    }

    func remember(_ users: [UserID], now: Instant) -> SQL {
        """
        insert into gamification_backfills (user_id, btc_address, done_at)
        select id, btc_address, \(now) from users where id = any(\(users)) order by id
        on conflict (user_id, btc_address) do update set done_at = excluded.done_at
        """
    }
}
