package import Foundation
package import GameRules

/// The spans a best is kept for (spec 03 §2 `personal_bests`).
package enum BestTimeframe: String, Sendable, CaseIterable, Hashable {
    case week, month, alltime
}

/// One row of `personal_bests`: a user's best in one period.
package struct BestKey: Hashable, Sendable, Comparable {
    package let user: UserID
    package let timeframe: BestTimeframe
    /// `2026-W09`, `2026-02`, `all`.
    package let period: String

    package init(user: UserID, timeframe: BestTimeframe, day: UTCDay) {
        self.user = user
        self.timeframe = timeframe
        switch timeframe {
        case .week: period = day.isoWeek.description
        case .month: period = day.calendarMonth.description
        case .alltime: period = "all"
        }
    }

    package init(user: UserID, timeframe: BestTimeframe, period: String) {
        self.user = user
        self.timeframe = timeframe
        self.period = period
    }

    /// The three periods a day belongs to.
    package static func all(user: UserID, day: UTCDay) -> [BestKey] {
        BestTimeframe.allCases.map { BestKey(user: user, timeframe: $0, day: day) }
    }

    package static func < (left: BestKey, right: BestKey) -> Bool {
        (left.user, left.timeframe.rawValue, left.period) < (right.user, right.timeframe.rawValue, right.period)
    }
}

/// An achieved difficulty that may become a best. Equal values keep the first achiever.
package struct BestCandidate: Sendable, Equatable {
    package let difficulty: Double
    package let time: Instant
    package let workerName: String
    package let eventID: UUID

    package init(_ share: OwnedShare) {
        self.init(difficulty: share.achieved, time: share.time, workerName: share.workerName, eventID: share.eventID)
    }

    package init(difficulty: Double, time: Instant, workerName: String, eventID: UUID) {
        self.difficulty = difficulty
        self.time = time
        self.workerName = workerName
        self.eventID = eventID
    }

    func isBeaten(by share: OwnedShare) -> Bool {
        share.achieved > difficulty || (share.achieved == difficulty && share.time < time)
    }

    func isBeaten(by other: BestCandidate) -> Bool {
        other.difficulty > difficulty || (other.difficulty == difficulty && other.time < time)
    }
}

/// A best that a batch raised: told to the owner once per timeframe and batch.
package struct RaisedBest: Sendable, Equatable {
    package let key: BestKey
    package let new: BestCandidate
    /// The value before the batch, 0 when there was none.
    package let previous: Double
}
