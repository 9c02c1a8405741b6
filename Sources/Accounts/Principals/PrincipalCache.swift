package import GameRules
package import Platform
import Synchronization

/// Accounts of users seen lately, at most five seconds old (spec 02 §7.4); dropped at once when this node changes one.
package final class PrincipalCache: Sendable {
    private static let lifeSeconds: Int64 = 5
    private static let maximumEntries = 50_000

    private let store: PrincipalStore
    private let clock: Clock
    private let entries = Mutex<[UserID: (account: PrincipalStore.Account, readAt: Instant)]>([:])

    package init(store: PrincipalStore, clock: Clock) {
        self.store = store
        self.clock = clock
    }

    package func account(_ user: UserID) async throws -> PrincipalStore.Account? {
        let now = clock.now()
        if let entry = entries.withLock({ $0[user] }), abs(now.seconds(since: entry.readAt)) < Self.lifeSeconds { return entry.account }
        guard let account = try await store.account(user) else { return nil }
        entries.withLock { entries in
            if entries.count >= Self.maximumEntries { entries.removeAll() }
            entries[user] = (account, now)
        }
        return account
    }

    package func forget(_ user: UserID) { entries.withLock { $0[user] = nil } }
}
