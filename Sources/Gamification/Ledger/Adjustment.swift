package import GameRules
package import Platform
import Postgres

/// What an operator corrects: the one way experience is taken (spec 05 §5.3).
package struct Adjustment: Sendable {
    private let runtime: Runtime
    private let ledger: GameLedger

    package init(runtime: Runtime) {
        self.runtime = runtime
        ledger = GameLedger(runtime: runtime)
    }

    /// Books a correction and answers the new total.
    /// - Parameters:
    ///   - amount: not 0, at most a billion either way.
    ///   - ticket: why, for the record.
    ///   - id: of this correction; the same again changes nothing.
    /// - Throws: ``LedgerFault`` for a total that would fall below 0, or a user that does not exist.
    package func adjust(_ user: UserID, by amount: Int64, ticket: String, id: String, now: Instant) async throws -> Int64 {
        let (outcome, total) = try await runtime.database.retryingTransaction { transaction in
            guard let standing = try await ledger.lock([user], now: now, in: transaction)[user] else { throw LedgerFault.unknownUser(user) }
            guard standing.totalXP + amount >= 0 else { throw LedgerFault.belowZero(total: standing.totalXP) }
            var effects = GameEffects()
            effects.grant(.adjustment(amount, to: user, ticket: ticket, id: id))
            let outcome = try await ledger.apply(effects, to: [user: standing], now: now, in: transaction)
            return (outcome, outcome.paid.last?.totalXP ?? standing.totalXP)
        }
        await ledger.announce(outcome)
        return total
    }
}
