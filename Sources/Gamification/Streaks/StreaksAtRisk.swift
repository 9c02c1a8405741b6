package import GameRules
import Platform
package import Postgres

/// Who would lose a streak if the running week ended now: the computed event, its reminders and the warning (spec 04 §5, §10.3, 05 §12).
package struct StreaksAtRisk: Sendable {
    /// A streak at stake.
    package struct Stake: Sendable, Equatable {
        package let user: UserID
        package let weeks: Int
        package let longest: Int
    }

    private let database: PostgresClient

    package init(database: PostgresClient) { self.database = database }

    /// The id of the computed event.
    package static func eventID(of week: ISOWeek) -> String { "streak-\(week)" }

    /// Users with a streak of closed weeks and nothing in the running one, by id.
    static func select(in week: ISOWeek, after user: UserID, limit: Int) -> SQL {
        SQL.named(
            "streaks_at_risk",
            """
            select g.user_id, g.current_streak, g.longest_streak from user_gamification g
            where g.current_streak > 0 and g.user_id > \(user)
              and not exists (select from streak_calendar c where c.user_id = g.user_id and c.week_iso = \(week.description) and c.is_active)
            order by g.user_id limit \(Int64(limit))
            """
        )
    }

    /// The next ones after a user, in the order of their ids.
    package func page(in week: ISOWeek, after user: UserID, limit: Int = 1_000) async throws -> [Stake] {
        try await database.query(Self.select(in: week, after: user, limit: limit)).map { row in
            let (user, weeks, longest) = try row.decode((UserID, Int32, Int32).self)
            return Stake(user: user, weeks: Int(weeks), longest: Int(longest))
        }
    }

    /// What one user has at stake, brought up to date; nil without a streak, or once something was mined this week.
    package func stake(of user: UserID, at now: Instant) async throws -> Stake? {
        let progress = ProgressService(database: database, directory: BadgeDirectory(database: database))
        let view = try await progress.progress(of: user, at: now).streak
        guard view.effective > 0, !view.isActiveThisWeek else { return nil }
        return Stake(user: user, weeks: view.effective, longest: view.longest)
    }
}
