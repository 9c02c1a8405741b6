package import GameRules

/// A row for the ledger: so much experience, for this, once (spec 05 §5.1). Amounts and keys of every source stand here and nowhere else.
package struct XPGrant: Sendable, Hashable {
    package let user: UserID
    /// Not 0; negative for adjustments only.
    package let amount: Int64
    package let source: XPSource
    /// What gave it, such as a week or a slug.
    package let sourceID: String?
    /// Unique for ever: a second grant with it changes nothing.
    package let key: String
    /// Short text for the user, without anybody else's data.
    package let description: String

    /// - Parameter key: at most 256 characters; the user's id is part of every key that other users may share.
    package init(_ amount: Int64, to user: UserID, for source: XPSource, id sourceID: String?, key: String, description: String) {
        self.user = user
        self.amount = amount
        self.source = source
        self.sourceID = sourceID.map { String($0.prefix(128)) }
        self.key = String(key.prefix(256))
        self.description = String(description.prefix(256))
    }
}

// MARK: mining

extension XPGrant {
    /// The first accepted share of a day.
    package static func firstShare(of day: UTCDay, by user: UserID) -> XPGrant {
        XPGrant(50, to: user, for: .share, id: "\(day)", key: "share_day:\(user):\(day)", description: "First share of the day")
    }

    /// A best share beaten, once a week.
    package static func personalBest(in week: ISOWeek, by user: UserID) -> XPGrant {
        XPGrant(50, to: user, for: .personalBest, id: "\(week)", key: "personal_best:\(user):\(week)", description: "New personal best")
    }

    /// A closed active week.
    package static func streakWeek(_ week: ISOWeek, of user: UserID) -> XPGrant {
        XPGrant(25, to: user, for: .streak, id: "\(week)", key: "streak:\(user):\(week)", description: "Active in week \(week)")
    }

    /// A block found.
    package static func block(at height: Int64, by user: UserID) -> XPGrant {
        XPGrant(500, to: user, for: .block, id: "\(height)", key: "block:\(height):\(user)", description: "Block \(height) found")
    }

    /// A badge earned; nil for badges that are worth nothing.
    static func badge(_ badge: BadgeDefinition, to user: UserID) -> XPGrant? {
        guard badge.rule.xpReward > 0 else { return nil }
        let slug = badge.rule.slug
        return XPGrant(badge.rule.xpReward, to: user, for: .badge, id: slug, key: "badge:\(slug):\(user)", description: badge.name)
    }
}

// MARK: other features

extension XPGrant {
    /// A place in the ranking of a week: 100, 50, 25 or 10 (spec 06 §7.3).
    package static func lotteryRank(_ amount: Int64, in week: ISOWeek, to user: UserID) -> XPGrant {
        XPGrant(
            amount,
            to: user,
            for: .lottery,
            id: "lottery-\(week)",
            key: "lottery:\(week):\(user)",
            description: "Ranking of week \(week)"
        )
    }

    /// A drawn ticket: 500, 200 or 100 (spec 06 §7.6). One position has one winner, so the key names no user.
    package static func lotteryPrize(_ amount: Int64, in week: ISOWeek, position: Int, to user: UserID) -> XPGrant {
        XPGrant(
            amount,
            to: user,
            for: .lottery,
            id: "lottery-prize-\(week)",
            key: "lottery_prize:\(week):\(position)",
            description: "Drawn in week \(week)"
        )
    }

    /// What education pays for (spec 09).
    package enum Learning: String, Sendable {
        case lesson, track, quiz

        var amount: Int64 {
            switch self {
            case .lesson: 25
            case .track: 50
            case .quiz: 10
            }
        }
    }

    /// A lesson, a track or a quiz completed.
    package static func learned(_ what: Learning, _ id: String, by user: UserID) -> XPGrant {
        XPGrant(
            what.amount,
            to: user,
            for: .education,
            id: id,
            key: "\(what.rawValue):\(id):\(user)",
            description: "Completed a \(what.rawValue)"
        )
    }

    /// Matches won (spec 07).
    package enum Match: String, Sendable {
        case worldCup = "wc_match"
        case league = "league_match"

        var amount: Int64 { self == .worldCup ? 200 : 50 }
    }

    /// A match won.
    package static func won(_ match: Match, _ id: String, by user: UserID) -> XPGrant {
        XPGrant(match.amount, to: user, for: .competition, id: id, key: "\(match.rawValue):\(id):\(user)", description: "Match won")
    }

    /// What an operator corrects, up or down; `id` is a fresh UUID.
    package static func adjustment(_ amount: Int64, to user: UserID, ticket: String, id: String) -> XPGrant {
        XPGrant(amount, to: user, for: .adjustment, id: ticket, key: "adjustment:\(id)", description: "Correction")
    }
}
