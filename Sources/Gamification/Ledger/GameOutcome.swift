package import GameRules
package import Platform

/// What a transaction really gave, once each: what is told after its commit, in the order of spec 05 §10.
package struct GameOutcome: Sendable {
    /// Experience booked.
    package struct Paid: Sendable, Equatable {
        package let grant: XPGrant
        /// The user's total and level after this grant.
        package let totalXP: Int64
        package let level: Int
    }

    /// A badge earned.
    package struct Earned: Sendable, Equatable {
        package let user: UserID
        package let badge: BadgeDefinition
        package let metadata: BadgeMetadata
        package let at: Instant
    }

    /// A level reached.
    package struct Risen: Sendable, Equatable {
        package let user: UserID
        package let rise: LevelRise
        package let totalXP: Int64
    }

    package internal(set) var paid: [Paid] = []
    package internal(set) var earned: [Earned] = []
    package internal(set) var risen: [Risen] = []
    /// Bests that paid, once a week.
    package internal(set) var bests: [PersonalBestNews] = []
    /// What became of streaks.
    package internal(set) var streaks: [StreakNews] = []
    /// Messages that come last, such as `streak_update`.
    package private(set) var last: [Publisher.Personal] = []
    /// Instead of one message a grant: what a backfill gave, in one sum.
    package internal(set) var isSummed = false

    package init() {}

    /// Whether there is nothing to tell.
    package var isEmpty: Bool { paid.isEmpty && earned.isEmpty && risen.isEmpty && last.isEmpty }

    /// Adds a message for the end, such as `streak_update`.
    package mutating func append(_ message: Publisher.Personal) { last.append(message) }

    /// Adds what another step of the same transaction gave.
    package mutating func merge(_ other: GameOutcome) {
        paid += other.paid
        earned += other.earned
        risen += other.risen
        bests += other.bests
        streaks += other.streaks
        last += other.last
    }
}
