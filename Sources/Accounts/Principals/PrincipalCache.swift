package import GameRules
package import Platform
import Synchronization

/// Accounts of users seen lately, at most five seconds old (spec 02 §7.4); dropped at once when this node changes one.
package final class PrincipalCache: Sendable {
    private static let lifeSeconds: Int64 = 5
    private static let maximumEntries = 50_000

    private typealias Entry = (account: PrincipalStore.Account, readAt: Instant)

    private struct State {
        var entries: [UserID: Entry] = [:]
        /// Counts what was forgotten: a row read before a change must not be remembered after it.
        var generation = 0
    }

    private let store: PrincipalStore
    private let clock: Clock
    private let state = Mutex(State())

    package init(store: PrincipalStore, clock: Clock) {
        self.store = store
        self.clock = clock
    }

    package func account(_ user: UserID) async throws -> PrincipalStore.Account? {
        let now = clock.now()
        let (known, generation) = state.withLock { ($0.entries[user], $0.generation) }
        if let known, Self.isFresh(known, at: now) { return known.account }
        guard let account = try await store.account(user) else { return nil }
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.entries.count >= Self.maximumEntries { state.entries.removeAll() }
            state.entries[user] = (account, now)
        }
        return account
    }

    /// The account, if it has been read lately; asks nobody.
    func remembered(_ user: UserID, at now: Instant) -> PrincipalStore.Account? {
        let known = state.withLock { $0.entries[user] }
        return known.flatMap { Self.isFresh($0, at: now) ? $0.account : nil }
    }

    private static func isFresh(_ entry: Entry, at now: Instant) -> Bool { abs(now.seconds(since: entry.readAt)) < lifeSeconds }

    /// Whether a user administers, read anew every time (spec 02 §7.4).
    package func isAdmin(_ user: UserID) async throws -> Bool { try await store.isAdmin(user) }

    package func forget(_ user: UserID) {
        state.withLock { state in
            state.entries[user] = nil
            state.generation += 1
        }
    }
}
