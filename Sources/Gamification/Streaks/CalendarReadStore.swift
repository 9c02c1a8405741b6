import GameRules
import Platform
import Postgres

/// The SQL that reads the calendar of one user: by index, at most as many rows as weeks.
struct CalendarReadStore: Sendable {
    let database: PostgresClient

    static func selectWeeks(of user: UserID, _ weeks: ClosedRange<ISOWeek>) -> SQL {
        SQL.named(
            "streak_calendar",
            """
            select week_start, share_count, best_diff, is_active from streak_calendar
            where user_id = \(user) and week_start between \(weeks.lowerBound.monday) and \(weeks.upperBound.monday)
            order by week_start desc
            """
        )
    }

    /// Every active week up to one.
    static func selectActive(of user: UserID, through last: ISOWeek) -> SQL {
        SQL.named(
            "streak_active_weeks",
            "select week_start from streak_calendar where user_id = \(user) and is_active and week_start <= \(last.monday)"
        )
    }

    /// The last `count` weeks, the running one first; without `fill` only those with a row.
    func calendar(of user: UserID, count: Int, running: ISOWeek, fill: Bool) async throws -> StreakCalendar {
        let first = running.advanced(by: 1 - count)
        async let excusing = ExcusedWeeks(database: database).current()
        let rows = try await database.query(Self.selectWeeks(of: user, first...running))
        let excused = try await excusing
        var weeks = try rows.map { row in
            let (monday, shares, best, isActive) = try row.decode((UTCDay, Int64, Double, Bool).self)
            let week = ISOWeek(containing: monday)
            return CalendarWeek(
                week: week,
                shareCount: shares,
                bestDifficulty: best,
                isActive: isActive,
                isExcused: excused.contains(week)
            )
        }
        if fill {
            let known = Dictionary(uniqueKeysWithValues: weeks.map { ($0.week, $0) })
            weeks = (first...running).reversed().map { known[$0] ?? CalendarWeek(week: $0, isExcused: excused.contains($0)) }
        }
        return StreakCalendar(weeks: weeks)
    }

    /// The streak by the calendar alone.
    func streak(of user: UserID, through last: ISOWeek) async throws -> Streak {
        async let excusing = ExcusedWeeks(database: database).current()
        let rows = try await database.query(Self.selectActive(of: user, through: last))
        let active = Set(try rows.map { ISOWeek(containing: try $0.decode(UTCDay.self)) })
        return Streak(active: active, excused: try await excusing, through: last)
    }
}
