package import GameRules
package import Postgres

/// A user's week that was closed and evaluated when another accepted share of it came.
package struct LateWeek: Sendable, Hashable {
    package let user: UserID
    package let week: ISOWeek
    /// The last week that had been evaluated.
    package let evaluatedWeek: ISOWeek
}

/// Evaluates streaks inside somebody else's transaction: after late shares (spec 05 §6.3 no. 6) and after a backfill (§6.4).
package protocol StreakRepair: Sendable {
    /// Called with the calendar written and the users' rows of `user_gamification` locked. Writes the streak's columns; experience, badges
    /// and celebrations of levels go into `effects`, which the caller writes, messages into the answer.
    /// - Returns: `streak_update` messages and the like, for after the commit.
    func repair(
        _ weeks: [LateWeek],
        effects: inout GameEffects,
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> GameOutcome

    /// The same for users whose whole calendar has just been written, however many weeks of it were evaluated before.
    func evaluate(
        _ users: [UserID],
        effects: inout GameEffects,
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> GameOutcome
}
