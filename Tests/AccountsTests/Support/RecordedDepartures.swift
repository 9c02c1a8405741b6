import GameRules
import Platform
import Postgres
import Synchronization

@testable import Accounts

/// A feature that notes every departure and what it saw then; it may refuse one.
final class RecordedDepartures: DepartureObserver {
    struct Refusal: Error {}

    struct Seen: Sendable, Equatable {
        let departure: Departure
        /// The account as it still was, `auth_method` and `is_banned`.
        let account: String
    }

    private let state = Mutex<(seen: [Seen], committed: [Departure], pardoned: [UserID], isRefusing: Bool)>(([], [], [], false))

    var seen: [Seen] { state.withLock { $0.seen } }
    var committed: [Departure] { state.withLock { $0.committed } }
    var pardoned: [UserID] { state.withLock { $0.pardoned } }
    var isRefusing: Bool {
        get { state.withLock { $0.isRefusing } }
        set { state.withLock { $0.isRefusing = newValue } }
    }

    func departs(_ departure: Departure, in transaction: PostgresTransaction) async throws {
        let account = try await transaction.query(
            "select auth_method || case when is_banned then ' banned' else '' end from users where id = \(departure.user)"
        ).value(String.self)
        state.withLock { $0.seen.append(Seen(departure: departure, account: account ?? "gone")) }
        if isRefusing { throw Refusal() }
    }

    func departed(_ departure: Departure) async { state.withLock { $0.committed.append(departure) } }

    func pardoned(_ user: UserID, at now: Instant) async { state.withLock { $0.pardoned.append(user) } }
}
