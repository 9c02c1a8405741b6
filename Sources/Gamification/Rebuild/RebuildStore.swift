import GameRules
import Platform
import Postgres

/// The SQL of a rebuild: facts of some users, and what is stored of them.
enum RebuildStore {
    static func selectUsers(after user: UserID, limit: Int) -> SQL {
        "select id from users where id > \(user) order by id limit \(Int64(limit))"
    }

    /// Nobody writes what belongs to these users until the transaction ends.
    static func lock(_ users: [UserID]) -> SQL {
        "select 1 from user_gamification where user_id = any(\(users)) order by user_id for update"
    }

    /// The last week anybody's streak was evaluated for.
    static let selectLastCheck: SQL = """
        select greatest((select max(streak_evaluated_week) from user_gamification),
                        (select max(source_id) from xp_ledger where source = 'streak'))
        """

    /// Weeks of the calendar as the days of mining make them, where the stored row differs or is missing.
    static func selectCalendar(of users: [UserID]) -> SQL {
        """
        with facts as (
            select user_id, date_trunc('week', day::timestamp)::date as week_start, sum(accepted_shares)::bigint as shares,
                   max(best_diff) as best, bit_or(1 << (extract(isodow from day)::int - 1))::smallint as days
            from user_daily_stats where user_id = any(\(users)) and accepted_shares > 0 group by 1, 2
        )
        select f.user_id, f.week_start, f.shares, f.best, f.days from facts f
        left join streak_calendar c on c.user_id = f.user_id and c.week_start = f.week_start
        where (c.share_count, c.best_diff, c.day_mask, c.is_active) is distinct from (f.shares, f.best, f.days, true)
        order by 1, 2
        """
    }

    /// Badges that were paid for and are not there.
    static func selectMissingBadges(of users: [UserID]) -> SQL {
        """
        select l.user_id, d.id, d.slug, l.created_at from xp_ledger l join badge_definitions d on d.slug = l.source_id
        where l.user_id = any(\(users)) and l.source = 'badge'
          and not exists (select from user_badges b where b.user_id = l.user_id and b.badge_id = d.id)
        order by 1, 2
        """
    }

    /// Sums of the ledger and what else is counted, a row for each user.
    static func selectFacts(of users: [UserID]) -> SQL {
        """
        select u.id, l.xp, f.blocks, b.badges, greatest(c.best, p.best), c.shares, l.paid, c.active, w.latest, w.days, w.before
        from unnest(\(users)) as u (id)
        cross join lateral (
            select greatest(coalesce(sum(amount), 0), 0)::bigint as xp, array_agg(source_id) filter (where source = 'streak') as paid
            from xp_ledger where user_id = u.id
        ) l cross join lateral (
            select count(distinct block_height)::int as blocks from blocks where user_id = u.id and status <> 'orphaned'
        ) f cross join lateral (
            select count(*)::int as badges from user_badges where user_id = u.id
        ) b cross join lateral (
            select coalesce(max(best_diff), 0) as best, coalesce(sum(share_count), 0)::bigint as shares,
                   array_agg(week_start) filter (where is_active) as active
            from streak_calendar where user_id = u.id
        ) c cross join lateral (
            select coalesce(max(best_difficulty), 0) as best from personal_bests where user_id = u.id and timeframe = 'alltime'
        ) p cross join lateral latest_active_weeks(u.id) w
        order by u.id
        """
    }

    static func selectStored(of users: [UserID]) -> SQL {
        """
        select user_id, total_xp, badges_earned, current_streak, longest_streak, streak_start_date, last_active_week,
               streak_evaluated_week, total_shares, best_difficulty, blocks_found, level, level_title,
               latest_active_week, latest_day_mask, active_week_before
        from user_gamification where user_id = any(\(users))
        """
    }

    /// A stored row.
    struct Stored: Sendable {
        let row: RebuiltRow
        let level: (number: Int32, title: String)

        static let empty = Stored(row: RebuiltRow(), level: (1, LevelTable.level(forTotalXP: 0).title))
    }

    static func stored(_ rows: PostgresRows) throws -> [UserID: Stored] {
        try rows.reduce(into: [:]) { stored, row in
            let (user, xp, badges, current, longest, start, last, evaluated, shares, best, blocks, level, title, week, days, before) =
                try row.decode(
                    (
                        UserID, Int64, Int32, Int32, Int32, UTCDay?, String?, String?, Int64, Double, Int32, Int32, String, UTCDay?, Int16,
                        UTCDay?
                    ).self
                )
            let streak = StoredStreak(
                current: Int(current),
                longest: Int(longest),
                start: start,
                lastActiveWeek: last.flatMap { ISOWeek($0) },
                evaluatedWeek: evaluated.flatMap { ISOWeek($0) }
            )
            let values = RebuiltRow(
                totalXP: xp,
                badgesEarned: badges,
                streak: streak,
                totalShares: shares,
                bestDifficulty: best,
                blocksFound: blocks,
                weeks: .init(latest: week, days: days, before: before)
            )
            stored[user] = Stored(row: values, level: (level, title))
        }
    }

    /// What the facts of one user make of the row.
    static func rebuilt(
        _ row: PostgresRow,
        excused: Set<ISOWeek>,
        checkedThrough last: ISOWeek?
    ) throws -> (user: UserID, row: RebuiltRow) {
        let (user, xp, blocks, badges, best, shares, paid, active, latest, days, before) = try row.decode(
            (UserID, Int64, Int32, Int32, Double, Int64, [String]?, [UTCDay]?, UTCDay?, Int16, UTCDay?).self
        )
        let streak = RebuiltRow.streak(
            active: Set((active ?? []).map(ISOWeek.init(containing:))),
            paid: Set((paid ?? []).compactMap { ISOWeek($0) }),
            excused: excused,
            checkedThrough: last
        )
        let rebuilt = RebuiltRow(
            totalXP: xp,
            badgesEarned: badges,
            streak: streak,
            totalShares: shares,
            bestDifficulty: best,
            blocksFound: blocks,
            weeks: .init(latest: latest, days: days, before: before)
        )
        return (user, rebuilt)
    }

    /// A week of the calendar.
    struct Week: Sendable {
        let user: UserID
        let week: ISOWeek
        let shares: Int64
        let best: Double
        let days: Int16
    }

    static func write(_ weeks: [Week]) -> SQL {
        """
        insert into streak_calendar (user_id, week_iso, week_start, share_count, best_diff, is_active, day_mask)
        select user_id, week_iso, week_start, shares, best, true, days
        from unnest(\(weeks.map(\.user)), \(weeks.map(\.week.description)), \(weeks.map(\.week.monday)), \(weeks.map(\.shares)),
                    \(weeks.map(\.best)), \(weeks.map(\.days))) as w (user_id, week_iso, week_start, shares, best, days)
        on conflict (user_id, week_iso) do update set
            share_count = excluded.share_count, best_diff = excluded.best_diff, is_active = true, day_mask = excluded.day_mask
        """
    }

    static func write(_ badges: [(user: UserID, badge: Int32, at: Instant)]) -> SQL {
        """
        insert into user_badges (user_id, badge_id, earned_at, notified)
        select *, true from unnest(\(badges.map(\.user)), \(badges.map(\.badge)), \(badges.map(\.at)))
        on conflict (user_id, badge_id) do nothing
        """
    }

    static func write(_ rows: [(user: UserID, row: RebuiltRow)], at now: Instant) -> SQL {
        let (streaks, weeks) = (rows.map(\.row.streak), rows.map(\.row.weeks))
        return """
            insert into user_gamification as t (user_id, total_xp, level, level_title, badges_earned, current_streak, longest_streak,
                streak_start_date, last_active_week, streak_evaluated_week, total_shares, best_difficulty, blocks_found,
                latest_active_week, latest_day_mask, active_week_before, updated_at)
            select *, \(now) from unnest(
                \(rows.map(\.user)), \(rows.map(\.row.totalXP)), \(rows.map { Int32($0.row.level.number) }), \(rows.map(\.row.level.title)),
                \(rows.map(\.row.badgesEarned)), \(streaks.map { Int32($0.current) }), \(streaks.map { Int32($0.longest) }),
                \(streaks.map(\.start)), \(streaks.map { $0.lastActiveWeek?.description }), \(streaks.map { $0.evaluatedWeek?.description }),
                \(rows.map(\.row.totalShares)), \(rows.map(\.row.bestDifficulty)), \(rows.map(\.row.blocksFound)),
                \(weeks.map(\.latest)), \(weeks.map(\.days)), \(weeks.map(\.before)))
            on conflict (user_id) do update set
                total_xp = excluded.total_xp, level = excluded.level, level_title = excluded.level_title,
                badges_earned = excluded.badges_earned, current_streak = excluded.current_streak,
                longest_streak = excluded.longest_streak, streak_start_date = excluded.streak_start_date,
                last_active_week = excluded.last_active_week, streak_evaluated_week = excluded.streak_evaluated_week,
                total_shares = excluded.total_shares, best_difficulty = excluded.best_difficulty, blocks_found = excluded.blocks_found,
                latest_active_week = excluded.latest_active_week, latest_day_mask = excluded.latest_day_mask,
                active_week_before = excluded.active_week_before, updated_at = excluded.updated_at
            """
    }
}
