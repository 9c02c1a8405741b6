package import Foundation
package import GameRules

/// A share whose owner and worker are known: a row of `shares` (spec 03a §9).
package struct OwnedShare: Sendable, Equatable {
    /// Pool time.
    package var time: Instant
    package var eventID: UUID
    package var userID: UserID
    package var workerID: Int64
    package var address: String
    package var workerName: String
    /// Assigned difficulty.
    package var difficulty: Double
    /// Achieved difficulty.
    package var achieved: Double
    package var isAccepted: Bool
    package var rejectReason: String?
    package var hash: String?
    package var nonce: String?
    package var nonce2: String?
    package var source: String
    package var region: String

    /// Credited difficulty: min(assigned, achieved) of an accepted share, 0 of a rejected one (spec 03a §1).
    package var work: Double { isAccepted ? min(difficulty, achieved) : 0 }

    /// What makes a share one share: delivered twice, it has the same key.
    package struct Key: Hashable, Sendable {
        package let userID: UserID
        package let time: Instant
        package let eventID: UUID
    }

    /// The unique key of the row.
    package var key: Key { Key(userID: userID, time: time, eventID: eventID) }
}
