package import GameRules

/// What a transaction gives to users: experience and badges, gathered first and written at once by ``GameLedger``. Order matters for
/// messages only; what was given before is left out when it is written, by keys of the database.
package struct GameEffects: Sendable {
    /// A badge somebody deserves.
    struct Award: Sendable, Hashable {
        let user: UserID
        let badge: BadgeDefinition
        var metadata: BadgeMetadata
    }

    private(set) var grants: [XPGrant] = []
    private(set) var awards: [Award] = []
    /// Personal bests to be told, whether or not they paid.
    private(set) var personalBests: [PersonalBestNews] = []
    private var keys: Set<String> = []
    private var held: Set<Held> = []

    private struct Held: Hashable {
        let user: UserID
        let badge: Int32
    }

    package init() {}

    /// Whether there is nothing to write.
    package var isEmpty: Bool { grants.isEmpty && awards.isEmpty }

    /// Everybody it concerns.
    package var users: Set<UserID> { Set(grants.map(\.user)).union(awards.map(\.user)) }

    /// Gives experience.
    package mutating func grant(_ grant: XPGrant) {
        if keys.insert(grant.key).inserted { grants.append(grant) }
    }

    /// Gives a badge, and the experience it is worth.
    package mutating func award(_ badge: BadgeDefinition, to user: UserID, _ metadata: BadgeMetadata) {
        if held.insert(Held(user: user, badge: badge.id)).inserted { awards.append(Award(user: user, badge: badge, metadata: metadata)) }
    }

    /// Gives every badge a fact deserves.
    package mutating func award(
        _ fact: BadgeFact,
        to user: UserID,
        from badges: BadgeBook.Page,
        _ metadata: (BadgeTrigger) -> BadgeMetadata
    ) {
        for badge in badges.deserved(by: fact) { award(badge, to: user, metadata(badge.rule.trigger)) }
    }

    mutating func tell(_ best: PersonalBestNews) { personalBests.append(best) }
}

/// A best that a user beat: told once a week.
package struct PersonalBestNews: Sendable, Hashable {
    package let user: UserID
    package let week: ISOWeek
    package let difficulty: Double
    package let worker: String
    package let time: Instant
}
