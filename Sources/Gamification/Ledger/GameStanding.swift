package import GameRules
import Platform
import Postgres

/// A row of `user_gamification` as far as rules need it, read under its lock.
package struct GameStanding: Sendable, Equatable {
    package var totalXP: Int64 = 0
    package var totalShares: Int64 = 0
    package var bestDifficulty = 0.0
    package var blocksFound: Int64 = 0
    /// The last week whose streak has been evaluated, `2026-W09`.
    package var evaluatedWeek: ISOWeek?

    /// The columns ``decode(_:)`` reads; the table is named `t`.
    static let columns: SQL = "t.user_id, t.total_xp, t.total_shares, t.best_difficulty, t.blocks_found, t.streak_evaluated_week"

    static func decode(_ rows: PostgresRows) throws -> [UserID: GameStanding] {
        try rows.reduce(into: [:]) { standings, row in
            let (user, xp, shares, best, blocks, week) = try row.decode((UserID, Int64, Int64, Double, Int32, String?).self)
            standings[user] = GameStanding(
                totalXP: xp,
                totalShares: shares,
                bestDifficulty: best,
                blocksFound: Int64(blocks),
                evaluatedWeek: week.flatMap { ISOWeek($0) }
            )
        }
    }
}
