import DequeModule
import Foundation
import GameRules

/// Recognises shares that the pool emitted twice with fresh timestamps, and events whose id was just seen (spec 03a §3).
///
/// Bounded in time and number; what is forgotten here is still caught by the unique keys of the database when it carries an id.
package struct NearDuplicateFilter: Sendable {
    /// Two equal shares closer than this in pool time are one.
    static let shareWindowMicroseconds: Int64 = 2_000_000
    /// How long a share is remembered after its receipt: its copies follow at once.
    static let shareMemorySeconds: Int64 = 10
    /// How long an id is remembered after its receipt.
    static let idMemorySeconds: Int64 = 120

    private struct ShareKey: Hashable, Sendable {
        let user: String
        let worker: String
        let difficulty: UInt64
        let achieved: UInt64
    }

    private struct Remembered<Key: Hashable & Sendable>: Sendable {
        let capacity: Int
        let memorySeconds: Int64
        var times: [Key: Instant] = [:]
        var order: Deque<(key: Key, receivedAt: Instant, time: Instant)> = []

        mutating func remember(_ key: Key, time: Instant, receivedAt: Instant) {
            times[key] = time
            order.append((key, receivedAt, time))
            while let oldest = order.first, order.count > capacity || oldest.receivedAt < receivedAt.adding(seconds: -memorySeconds) {
                order.removeFirst()
                // The same key may have been remembered again since.
                if times[oldest.key] == oldest.time { times[oldest.key] = nil }
            }
        }
    }

    private var shares: Remembered<ShareKey>
    private var ids: Remembered<UUID>

    /// - Parameters:
    ///   - shareCapacity: shares remembered at most.
    ///   - idCapacity: ids remembered at most.
    package init(shareCapacity: Int = 100_000, idCapacity: Int = 50_000) {
        shares = Remembered(capacity: shareCapacity, memorySeconds: Self.shareMemorySeconds)
        ids = Remembered(capacity: idCapacity, memorySeconds: Self.idMemorySeconds)
    }

    /// Whether an event repeats one that was let through; an event that does not is remembered.
    package mutating func isDuplicate(_ event: ParsedDatagram) -> Bool {
        let received = event.envelope.receivedAt
        if event.hasOwnID {
            if let seen = ids.times[event.envelope.id], seen >= received.adding(seconds: -Self.idMemorySeconds) { return true }
            ids.remember(event.envelope.id, time: received, receivedAt: received)
            return false
        }
        guard case .shareSubmitted(let share) = event.payload else { return false }
        let key = ShareKey(
            user: share.user.userMember,
            worker: share.user.workerName,
            difficulty: share.difficulty.bitPattern,
            achieved: share.achieved.bitPattern
        )
        let time = event.envelope.time
        if let seen = shares.times[key], abs(time.microseconds(since: seen)) <= Self.shareWindowMicroseconds { return true }
        shares.remember(key, time: time, receivedAt: received)
        return false
    }
}
