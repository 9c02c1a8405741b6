import API
package import GameRules
package import Platform
import Postgres

/// That a user's node was checked, as an operator records it until something checks nodes by itself (spec 05 §4.3).
package struct NodeVerification: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case full, pruned, archival

        var event: GameEvent {
            switch self {
            case .full: .nodeVerifiedFull
            case .pruned: .nodeVerifiedPruned
            case .archival: .nodeVerifiedArchival
            }
        }
    }

    private let runtime: Runtime
    private let events: GameEvents

    /// - Parameter news: what writes notifications and activity about it.
    /// - Throws: for a data file that cannot be read.
    package init(runtime: Runtime, news: [any GameNews] = []) throws {
        self.runtime = runtime
        events = try GameEvents(runtime: runtime, news: news)
    }

    /// Gives the badge, with a row of the audit log; a badge that is held already is no reason for either.
    /// - Returns: the name of the badge; nil when the user had it.
    /// - Throws: ``LedgerFault/unknownUser(_:)``.
    package func record(_ kind: Kind, of user: UserID, now: Instant) async throws -> String? {
        let outcome = try await runtime.database.retryingTransaction { transaction in
            let found: SQL = "select true from users where id = \(user)"
            guard try await transaction.query(found).count > 0 else { throw LedgerFault.unknownUser(user) }
            let outcome = try await events.emit(kind.event, by: user, id: "\(UTCDay(containing: now))", now: now, in: transaction)
            guard !outcome.earned.isEmpty else { return outcome }
            let details: JSONObject = ["kind": .string(kind.rawValue)]
            let event = AuditEvent("node.verified", by: .admin, resource: ("user", user.description), details: details)
            try await transaction.execute(AuditLog.insert(event, at: now))
            return outcome
        }
        await events.announce(outcome)
        return outcome.earned.first?.badge.name
    }
}
