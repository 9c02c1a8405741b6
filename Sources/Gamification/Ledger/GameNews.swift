package import GameRules
package import Postgres

/// What writes notifications and activity about what was given (spec 05 §11, 08 §3, §4), in the transaction that gives it: rows that a
/// transaction takes back tell nothing. Keys make them rows of once.
package protocol GameNews: Sendable {
    /// - Parameter outcome: what was really given; never what was given before.
    func tell(_ outcome: GameOutcome, now: Instant, in transaction: PostgresTransaction) async throws
    /// Called after the commit, best effort.
    func committed(_ outcome: GameOutcome) async
}

extension GameNews {
    package func committed(_ outcome: GameOutcome) async {}
}
