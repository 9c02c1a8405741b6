package import GameRules
package import Postgres

/// What a user is told of a streak beside the live message: for notifications and activity (spec 05 §11).
package struct StreakNews: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case extended
        case broken
        case warning
        case milestone(StreakMilestone)
    }

    package let user: UserID
    package let kind: Kind
    /// The length: now, that ended, at stake, or reached.
    package let weeks: Int
    package let week: ISOWeek

    /// Of the notification, unique per user; nil for what is activity only.
    package var notificationKey: String? {
        switch kind {
        case .extended: "streak_ext:\(user):\(week)"
        case .broken: "streak_broken:\(user):\(week)"
        case .warning: "streak_warning:\(user):\(week)"
        case .milestone: nil
        }
    }

    /// Of the activity, unique per user; nil for what is a notification only.
    package var activityKey: String? {
        if case .milestone(let milestone) = kind { "streak:\(milestone.weeks)" } else { nil }
    }
}

/// Writes what belongs to a change of streaks, in its transaction.
package protocol StreakObserver: Sendable {
    func streaksChanged(_ news: [StreakNews], now: Instant, in transaction: PostgresTransaction) async throws
}
