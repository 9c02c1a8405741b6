import GameRules

/// The topics every node listens to, one for each type of message (spec 04 §9).
package enum SharedTopic: String, Sendable, CaseIterable {
    case shareSubmitted = "share_submitted"
    case workerStatus = "worker_status"
    case hashrateUpdate = "hashrate_update"
    case bestDifficulty = "best_diff"
    case blockFound = "block_found"
    case feedItem = "feed_item"
    case eventReminder = "event_reminder"
    case statsUpdate = "stats_update"
    case badgeEarned = "badge_earned"
    case xpGained = "xp_gained"
    case levelUp = "level_up"
    case streakUpdate = "streak_update"
    case lotteryResult = "lottery_result"
    case blockVariantUnlocked = "block_variant_unlocked"
    case lotteryFrozen = "lottery_frozen"
    case lotteryDrawn = "lottery_drawn"
    case leaderboardUpdate = "leaderboard_update"
    case matchUpdate = "match_update"
    case leagueUpdate = "league_update"
    case competitionUpdate = "competition_update"

    /// Who gets a message.
    package enum Audience: Sendable, Equatable {
        /// The user it names.
        case owner
        /// Everybody, but the user it excepts.
        case all
        /// The user it names, or everybody if it names none.
        case ownerOrAll
    }

    /// The topic itself.
    package var topic: String { "pubsub:" + rawValue }

    package init?(topic: String) {
        guard topic.hasPrefix("pubsub:") else { return nil }
        self.init(rawValue: String(topic.dropFirst(7)))
    }

    /// The channel on which clients get it.
    package var channel: StaticString {
        switch self {
        case .shareSubmitted, .workerStatus, .hashrateUpdate, .bestDifficulty: "mining"
        case .blockFound, .feedItem, .eventReminder, .statsUpdate: "dashboard"
        case .badgeEarned, .xpGained, .levelUp, .streakUpdate, .lotteryResult, .blockVariantUnlocked, .lotteryFrozen, .lotteryDrawn:
            "gamification"
        case .leaderboardUpdate, .matchUpdate, .leagueUpdate, .competitionUpdate: "competition"
        }
    }

    package var audience: Audience {
        switch self {
        case .shareSubmitted, .workerStatus, .hashrateUpdate, .bestDifficulty, .badgeEarned, .xpGained, .levelUp, .streakUpdate,
            .lotteryResult, .blockVariantUnlocked, .statsUpdate:
            .owner
        case .eventReminder: .ownerOrAll
        case .blockFound, .feedItem, .lotteryFrozen, .lotteryDrawn, .leaderboardUpdate, .matchUpdate, .leagueUpdate, .competitionUpdate:
            .all
        }
    }
}
