import GameRules
import Platform
import Postgres

/// The SQL of the recalculator: what ledger and badges say of totals (spec 05 §12).
enum RecalculationStore {
    private static let levels: SQL = """
        unnest(\(LevelTable.levels.map(\.cumulativeXP)), \(LevelTable.levels.map { Int32($0.number) }), \(LevelTable.levels.map(\.title)))
        """

    /// What the row of user `g` ought to hold: `xp`, `badges`, `level`, `title`.
    private static var truth: SQL {
        """
        lateral (
            select greatest(coalesce(sum(l.amount), 0), 0)::bigint as xp from xp_ledger l where l.user_id = g.user_id
        ) ledger cross join lateral (
            select count(*)::int as badges from user_badges b where b.user_id = g.user_id
        ) held cross join lateral (
            select v.level, v.title from \(sql: levels) as v (cumulative, level, title)
            where v.cumulative <= ledger.xp order by v.cumulative desc limit 1
        ) reached
        """
    }

    private static let agrees: SQL =
        "(g.total_xp, g.badges_earned, g.level, g.level_title) = (ledger.xp, held.badges, reached.level, reached.title)"

    /// Users by id, with whether their row is as it ought to be.
    static func selectPage(after user: UserID, changedSince: Instant?, limit: Int) -> SQL {
        SQL.named(
            "recalculation_page",
            """
            select g.user_id, \(sql: agrees)
            from (
                select * from user_gamification where user_id > \(user) and (\(changedSince) is null or updated_at >= \(changedSince))
                order by user_id limit \(Int64(limit))
            ) g cross join \(sql: truth)
            order by g.user_id
            """
        )
    }

    static func lock(_ user: UserID) -> SQL {
        SQL.named("recalculation_lock", "select 1 from user_gamification where user_id = \(user) for update")
    }

    /// Writes nothing to a healthy row.
    static func correct(_ user: UserID, at now: Instant) -> SQL {
        SQL.named(
            "recalculation_correct",
            """
            update user_gamification t set total_xp = ledger.xp, badges_earned = held.badges, level = reached.level,
                level_title = reached.title, updated_at = \(now)
            from user_gamification g cross join \(sql: truth)
            where t.user_id = \(user) and g.user_id = t.user_id and not \(sql: agrees)
            """
        )
    }

    /// Counts every badge anew among those who have mined or earned anything; rows that are right are left alone.
    static func refreshStatistics(at now: Instant) -> SQL {
        SQL.named(
            "badge_statistics",
            """
            insert into badge_stats as s (badge_id, total_earned, percentage, last_earned_at, updated_at)
            select d.id, count(b.id)::int,
                   case when e.n = 0 then 0 else least(100, round(100.0 * count(b.id) / e.n, 2)) end, max(b.earned_at), \(now)
            from badge_definitions d left join user_badges b on b.badge_id = d.id
            cross join (select count(*) as n from user_gamification where total_shares >= 1 or badges_earned >= 1) e
            group by d.id, e.n order by d.id
            on conflict (badge_id) do update set
                total_earned = excluded.total_earned, percentage = excluded.percentage, last_earned_at = excluded.last_earned_at,
                updated_at = excluded.updated_at
            where (s.total_earned, s.percentage, s.last_earned_at)
                  is distinct from (excluded.total_earned, excluded.percentage, excluded.last_earned_at)
            """
        )
    }
}
