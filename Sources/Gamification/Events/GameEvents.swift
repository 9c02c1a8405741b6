package import GameRules
package import Platform
package import Postgres

/// The door of gamification for other features: what they tell, and what they pay, in their own transaction.
///
///     let outcome = try await events.emit(.coopCreated, by: founder, id: cooperative, now: now, in: transaction)
///     // after the commit
///     await events.announce(outcome)
///
/// What concerns several users goes through one call, because their rows are locked in ascending order.
package struct GameEvents: Sendable {
    private let ledger: GameLedger
    private let badges: BadgeBook

    package init(ledger: GameLedger, badges: BadgeBook) {
        self.ledger = ledger
        self.badges = badges
    }

    /// - Parameter news: what writes notifications and activity about it.
    /// - Throws: for a data file that cannot be read.
    package init(runtime: Runtime, news: [any GameNews] = []) throws {
        self.init(ledger: GameLedger(runtime: runtime, news: news), badges: try .embedded())
    }

    /// Tells one event of one user.
    @discardableResult
    package func emit(
        _ event: GameEvent,
        by user: UserID,
        id: String,
        metadata: BadgeMetadata = BadgeMetadata(),
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> GameOutcome {
        try await apply([GameOccurrence(event, of: user, id: id, metadata: metadata)], now: now, in: transaction)
    }

    /// Tells events and books experience of any number of users. Doing it again changes nothing.
    @discardableResult
    package func apply(
        _ occurrences: [GameOccurrence],
        grants: [XPGrant] = [],
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> GameOutcome {
        var effects = GameEffects()
        for grant in grants { effects.grant(grant) }
        if !occurrences.isEmpty {
            let page = try await badges.page(now: now, in: transaction)
            for occurrence in occurrences {
                effects.award(.event(occurrence.event.rawValue), to: occurrence.user, from: page) { _ in occurrence.shown }
            }
        }
        return try await ledger.apply(effects, now: now, in: transaction)
    }

    /// To be called after the commit, best effort.
    package func announce(_ outcome: GameOutcome) async { await ledger.announce(outcome) }
}

extension GameOccurrence {
    /// The badge's metadata: the event, the emitter's keys, which occurrence it was.
    var shown: BadgeMetadata {
        var shown = BadgeMetadata(["event": event.rawValue])
        shown.merge(metadata)
        if shown["eventId"] == nil { shown["eventId"] = id }
        return shown
    }
}
