package import GameRules
package import Postgres

/// The moment an account gives up what it shares with others, such as its place in a cooperative (spec 02 §5.3, §6; 08 §1).
package struct Departure: Sendable, Equatable {
    package enum Reason: Sendable {
        /// The user's row and all that refers to it with a cascade go next.
        case deletion
        /// The account passes to the owner of its address; id and mining history stay.
        case takeover
        /// Banned; the row stays.
        case ban
    }

    package let user: UserID
    package let reason: Reason
    package let at: Instant
}

/// What a feature does at a departure.
package protocol DepartureObserver: Sendable {
    /// Called with the user's row locked, before anything of it is changed. What it throws undoes the departure.
    func departs(_ departure: Departure, in transaction: PostgresTransaction) async throws
    /// Called after the commit, best effort: publish and refresh caches here.
    func departed(_ departure: Departure) async
    /// Called after a ban has been lifted, best effort.
    func pardoned(_ user: UserID, at now: Instant) async
}

extension DepartureObserver {
    package func departs(_ departure: Departure, in transaction: PostgresTransaction) async throws {}
    package func departed(_ departure: Departure) async {}
    package func pardoned(_ user: UserID, at now: Instant) async {}
}

extension [any DepartureObserver] {
    func departs(_ departure: Departure, in transaction: PostgresTransaction) async throws {
        for observer in self { try await observer.departs(departure, in: transaction) }
    }

    func departed(_ departure: Departure) async {
        for observer in self { await observer.departed(departure) }
    }

    func pardoned(_ user: UserID, at now: Instant) async {
        for observer in self { await observer.pardoned(user, at: now) }
    }
}
