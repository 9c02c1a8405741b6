package import Foundation
package import GameRules

/// A share as a stream entry tells it: valid, its names normalised, its owner not yet known.
package struct IncomingShare: Sendable, Equatable {
    package var time: Instant
    package var eventID: UUID
    /// Canonical address.
    package var address: String
    /// Normalised worker name (spec 03a §3).
    package var workerName: String
    package var difficulty: Double
    package var achieved: Double
    package var isAccepted: Bool
    package var rejectReason: String?
    package var hash: String?
    package var nonce: String?
    package var nonce2: String?
    package var source: String
    package var region: String
}

extension OwnedShare {
    init(_ share: IncomingShare, user: UserID, worker: WorkerBook.Worker) {
        self.init(
            time: share.time,
            eventID: share.eventID,
            userID: user,
            workerID: worker.id,
            address: share.address,
            workerName: worker.name,
            difficulty: share.difficulty,
            achieved: share.achieved,
            isAccepted: share.isAccepted,
            rejectReason: share.rejectReason,
            hash: share.hash,
            nonce: share.nonce,
            nonce2: share.nonce2,
            source: share.source,
            region: share.region
        )
    }
}
