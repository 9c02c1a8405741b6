import GameRules
import Platform
import Postgres

/// What the start page shows of a user's game.
struct UserProgress: Sendable, Equatable {
    var xp: Int64 = 0
    var badgesEarned: Int64 = 0
    /// Weeks in a row; the running one counts once it has a share (spec 05 §7.1).
    var effectiveStreak: Int64 = 0
}

/// Reads gamification's totals of any number of users.
struct ProgressStore: Sendable {
    let database: PostgresClient

    /// Users without a row are left out: they are at the beginning.
    static func statement(users: [UserID], week: ISOWeek) -> SQL {
        SQL.named(
            "dashboard_progress",
            """
            select user_id, total_xp, badges_earned, current_streak,
                   coalesce(\(week.monday) in (latest_active_week, active_week_before), false)
            from user_gamification where user_id = any(\(users))
            """
        )
    }

    /// A page that shows more than the game does not wait for the game: these tables belong to it alone, and may be locked while it is
    /// repaired. On a connection of its own, since on a shared one the wait would be everybody's.
    private static let patience: SQL = "set local lock_timeout = '250ms'"

    func progress(of users: [UserID], week: ISOWeek) async throws -> [UserID: UserProgress] {
        let rows = try await database.transaction { transaction in
            try await transaction.pipeline([Self.patience, Self.statement(users: users, week: week)])[1]
        }
        return try rows.reduce(into: [:]) { progress, row in
            let (user, xp, badges, streak, isActive) = try row.decode((UserID, Int64, Int32, Int32, Bool).self)
            progress[user] = UserProgress(xp: xp, badgesEarned: Int64(badges), effectiveStreak: Int64(streak) + (isActive ? 1 : 0))
        }
    }
}
