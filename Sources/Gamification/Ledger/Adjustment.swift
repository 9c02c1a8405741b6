import API
package import GameRules
package import Platform
import Postgres

/// What an operator corrects: the one way experience is taken (spec 05 §5.3).
package struct Adjustment: Sendable {
    private let runtime: Runtime
    private let ledger: GameLedger

    /// - Parameter news: what writes notifications and activity about it.
    package init(runtime: Runtime, news: [any GameNews] = []) {
        self.runtime = runtime
        ledger = GameLedger(runtime: runtime, news: news)
    }

    /// Books a correction, with a row of the audit log, and answers the new total.
    /// - Parameters:
    ///   - amount: not 0, at most a billion either way.
    ///   - ticket: why, for the record.
    ///   - id: of this correction; the same again changes nothing.
    /// - Throws: ``LedgerFault`` for a total that would fall below 0, a user that does not exist, or an id of another correction.
    package func adjust(_ user: UserID, by amount: Int64, ticket: String, id: String, now: Instant) async throws -> Int64 {
        let (outcome, total) = try await runtime.database.retryingTransaction { transaction in
            guard let standing = try await ledger.lock([user], now: now, in: transaction)[user] else { throw LedgerFault.unknownUser(user) }
            let grant = XPGrant.adjustment(amount, to: user, ticket: ticket, id: id)
            // Looked up first: what was booked before may leave too little to be booked again.
            let before: SQL = "select user_id, amount from xp_ledger where idempotency_key = \(grant.key)"
            if let (holder, booked) = try await transaction.query(before).first?.decode((UserID, Int32).self) {
                guard holder == user, Int64(booked) == amount else { throw LedgerFault.otherAdjustment(id) }
                return (GameOutcome(), standing.totalXP)
            }
            guard standing.totalXP + amount >= 0 else { throw LedgerFault.belowZero(total: standing.totalXP) }
            var effects = GameEffects()
            effects.grant(grant)
            let outcome = try await ledger.apply(effects, to: [user: standing], now: now, in: transaction)
            let details: JSONObject = ["amount": .integer(amount), "ticket": .string(ticket), "id": .string(id)]
            let event = AuditEvent("xp.adjusted", by: .admin, resource: ("user", user.description), details: details)
            try await transaction.execute(AuditLog.insert(event, at: now))
            return (outcome, outcome.paid.last?.totalXP ?? standing.totalXP)
        }
        await ledger.announce(outcome)
        return total
    }
}
