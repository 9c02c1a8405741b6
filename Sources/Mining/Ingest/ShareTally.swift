import Bitcoin
package import GameRules

/// Counts and sums over some shares; every roll-up is made of these.
package struct ShareTally: Sendable, Equatable {
    package var accepted: Int64 = 0
    package var rejected: Int64 = 0
    /// Credited difficulty.
    package var work = 0.0
    /// Sum of achieved difficulties of accepted shares.
    package var achievedSum = 0.0
    /// Greatest achieved difficulty of an accepted share, 0 when there is none.
    package var best = 0.0
    /// When the best was achieved; on equal values the earlier.
    package var bestAt: Instant?

    package var total: Int64 { accepted + rejected }

    package mutating func add(_ share: OwnedShare) {
        guard share.isAccepted else {
            rejected += 1
            return
        }
        accepted += 1
        work += share.work
        achievedSum += share.achieved
        raise(share.achieved, at: share.time)
    }

    /// Adds other shares' counts and sums.
    mutating func add(_ other: ShareTally) {
        accepted += other.accepted
        rejected += other.rejected
        work += other.work
        achievedSum += other.achievedSum
        raise(other.best, at: other.bestAt)
    }

    private mutating func raise(_ achieved: Double, at time: Instant?) {
        guard achieved > best || (achieved == best && bestAt.map { known in time.map { $0 < known } ?? false } ?? true) else { return }
        best = achieved
        bestAt = time
    }
}

extension DifficultyHistogram {
    mutating func record(_ share: OwnedShare) {
        if share.isAccepted, let achieved = Difficulty(share.achieved) { record(achieved) }
    }

    /// Adds stored counts; a row of another length adds nothing.
    mutating func add(stored counts: [Int64]) {
        if let other = DifficultyHistogram(counts: counts) { add(other) }
    }
}
