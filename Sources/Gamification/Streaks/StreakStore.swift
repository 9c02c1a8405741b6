import GameRules
import Platform
import Postgres

/// The SQL of streaks: set-based, for as many users as one transaction has locked (spec 05 §7.3).
struct StreakStore: Sendable {
    /// Users whose evaluation is behind a closed week, by id.
    static func selectBehind(_ week: ISOWeek, after user: UserID, limit: Int) -> SQL {
        SQL.named(
            "streaks_behind",
            """
            select g.user_id from user_gamification g
            where g.user_id > \(user) and (g.streak_evaluated_week is null or g.streak_evaluated_week < \(week.description))
              and (g.current_streak > 0 or exists (
                  select from streak_calendar c where c.user_id = g.user_id and c.is_active
                  and c.week_iso > coalesce(g.streak_evaluated_week, '') and c.week_iso <= \(week.description)))
            order by g.user_id limit \(Int64(limit))
            """
        )
    }

    /// Users with a streak or an active week, by id.
    static func selectAll(after user: UserID, limit: Int) -> SQL {
        SQL.named(
            "streaks_all",
            """
            select g.user_id from user_gamification g
            where g.user_id > \(user) and (g.current_streak > 0 or exists (
                select from streak_calendar c where c.user_id = g.user_id and c.is_active))
            order by g.user_id limit \(Int64(limit))
            """
        )
    }

    static func selectState(of users: [UserID]) -> SQL {
        SQL.named(
            "streak_states",
            """
            select user_id, current_streak, longest_streak, streak_start_date, last_active_week, streak_evaluated_week
            from user_gamification where user_id = any(\(users))
            """
        )
    }

    static func selectActive(of users: [UserID], through week: ISOWeek) -> SQL {
        SQL.named(
            "streak_weeks",
            """
            select user_id, week_start from streak_calendar
            where user_id = any(\(users)) and is_active and week_start <= \(week.monday)
            """
        )
    }

    static func states(_ rows: PostgresRows) throws -> [UserID: StoredStreak] {
        try rows.reduce(into: [:]) { states, row in
            let (user, current, longest, start, last, evaluated) = try row.decode(
                (UserID, Int32, Int32, UTCDay?, String?, String?).self
            )
            states[user] = StoredStreak(
                current: Int(current),
                longest: Int(longest),
                start: start,
                lastActiveWeek: last.flatMap { ISOWeek($0) },
                evaluatedWeek: evaluated.flatMap { ISOWeek($0) }
            )
        }
    }

    static func activeWeeks(_ rows: PostgresRows) throws -> [UserID: Set<ISOWeek>] {
        try rows.reduce(into: [:]) { weeks, row in
            let (user, monday) = try row.decode((UserID, UTCDay).self)
            weeks[user, default: []].insert(ISOWeek(containing: monday))
        }
    }

    static func update(_ evaluations: [StreakEvaluation], now: Instant) -> SQL {
        let states = evaluations.map(\.after)
        return SQL.named(
            "streak_update",
            """
            update user_gamification t set
                current_streak = s.current, longest_streak = s.longest, streak_start_date = s.start, last_active_week = s.last_active,
                streak_evaluated_week = s.evaluated, updated_at = \(now)
            from unnest(\(evaluations.map(\.user)), \(states.map { Int32($0.current) }), \(states.map { Int32($0.longest) }),
                        \(states.map(\.start)), \(states.map { $0.lastActiveWeek?.description }),
                        \(states.map { $0.evaluatedWeek?.description })) as s (user_id, current, longest, start, last_active, evaluated)
            where t.user_id = s.user_id
            """
        )
    }

    /// One celebration.
    struct Reached: Hashable, Sendable {
        let user: UserID
        let milestone: StreakMilestone
    }

    /// Keeps milestones until they have been celebrated, each once for ever; answers those that are new.
    static func celebrate(_ reached: [Reached], now: Instant) -> SQL {
        SQL.named(
            "streak_celebrate",
            """
            insert into streak_celebrations (user_id, streak_weeks, milestone, created_at)
            select *, \(now) from unnest(\(reached.map(\.user)), \(reached.map { Int32($0.milestone.weeks) }),
                                         \(reached.map(\.milestone.label)))
            on conflict (user_id, streak_weeks) do nothing
            returning user_id, streak_weeks
            """
        )
    }
}
