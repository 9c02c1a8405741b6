import Crypto
import DequeModule
import Foundation
package import GameRules
package import Platform
import Synchronization

/// What is known of a key that proved right.
struct VerifiedKey: Sendable, Equatable {
    let id: UUID
    let user: UserID
    let scopes: Set<KeyScope>
    let expiresAt: Instant?
}

/// Keys that proved right lately, so that a polling program costs one slow hash a minute (spec 02 §8.4).
///
/// Entries are found by an HMAC of the key under a key of this process alone: a dump of the memory, or a timing of the look-up, tells
/// nothing of a presented key.
package final class VerifiedKeys: Sendable {
    /// Seconds a proof holds.
    private static let lifeSeconds: Int64 = 60

    /// Which key, without the key.
    struct Fingerprint: Hashable, Sendable {
        let code: Data
    }

    private struct Entry {
        let key: VerifiedKey
        let verifiedAt: Instant
    }

    private struct State {
        var entries: [Fingerprint: Entry] = [:]
        /// In the order of verification; may name entries that are gone.
        var order: Deque<(fingerprint: Fingerprint, verifiedAt: Instant)> = []
        /// Grows with every revocation, so that a proof begun before one is not kept after it.
        var generation = 0
    }

    private let secret: SymmetricKey
    private let maximumEntries: Int
    private let state = Mutex(State())

    package init(random: RandomSource, maximumEntries: Int = 10_000) {
        secret = SymmetricKey(data: random.bytes(32))
        self.maximumEntries = maximumEntries
    }

    func fingerprint(of key: APIKey) -> Fingerprint {
        Fingerprint(code: Data(HMAC<SHA256>.authenticationCode(for: Data(key.text.utf8), using: secret)))
    }

    /// The key's proof, while it holds.
    func key(_ fingerprint: Fingerprint, at now: Instant) -> VerifiedKey? {
        guard let entry = state.withLock({ $0.entries[fingerprint] }) else { return nil }
        return (0..<Self.lifeSeconds).contains(now.seconds(since: entry.verifiedAt)) ? entry.key : nil
    }

    /// To be read before a proof begins and given to ``remember(_:_:generation:at:)`` with its result.
    var generation: Int { state.withLock { $0.generation } }

    func remember(_ key: VerifiedKey, _ fingerprint: Fingerprint, generation: Int, at now: Instant) {
        state.withLock { state in
            guard state.generation == generation else { return }
            while let oldest = state.order.first,
                state.entries.count >= maximumEntries || now.seconds(since: oldest.verifiedAt) >= Self.lifeSeconds
            {
                state.order.removeFirst()
                if state.entries[oldest.fingerprint]?.verifiedAt == oldest.verifiedAt { state.entries[oldest.fingerprint] = nil }
            }
            state.entries[fingerprint] = Entry(key: key, verifiedAt: now)
            state.order.append((fingerprint, now))
        }
    }

    /// Forgets the keys of a user: the next use of each is proven anew.
    package func forget(_ user: UserID) {
        state.withLock { state in
            state.generation += 1
            state.entries = state.entries.filter { $0.value.key.user != user }
        }
    }

    /// Forgets everything.
    package func forgetAll() {
        state.withLock { state in
            state.generation += 1
            state.entries.removeAll()
            state.order.removeAll()
        }
    }

    var count: Int { state.withLock { $0.entries.count } }
}
