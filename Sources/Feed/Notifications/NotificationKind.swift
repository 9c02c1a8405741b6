/// The kinds of notification there are, with what decides whether one is made (spec 08 §4.2).
package enum NotificationKind: String, Sendable, CaseIterable {
    // mining
    case personalBest = "personal_best"
    case workerOnline = "worker_online"
    case workerOffline = "worker_offline"
    case streakWarning = "streak_warning"
    case blockFoundOwn = "block_found_own"
    // gamification
    case badgeEarned = "badge_earned"
    case levelUp = "level_up"
    case streakExtended = "streak_extended"
    case streakBroken = "streak_broken"
    case lessonComplete = "lesson_complete"
    case trackComplete = "track_complete"
    case educationRecommendation = "education_recommendation"
    // competition
    case matchStarting = "match_starting"
    case matchResult = "match_result"
    case worldCupChanged = "world_cup_changed"
    case lotteryResults = "lottery_results"
    case leaderboardChange = "leaderboard_change"
    case leagueSeasonResult = "league_season_result"
    // social
    case blockFound = "block_found"
    case coopActivity = "coop_activity"
    case coopMemberJoined = "coop_member_joined"
    case coopRemoved = "coop_removed"
    case coopAdminTransfer = "coop_admin_transfer"
    // system
    case maintenance

    /// Column `type`.
    var type: String {
        switch self {
        case .personalBest, .workerOnline, .workerOffline, .streakWarning, .blockFoundOwn: "mining"
        case .badgeEarned, .levelUp, .streakExtended, .streakBroken, .lessonComplete, .trackComplete, .educationRecommendation:
            "gamification"
        case .matchStarting, .matchResult, .worldCupChanged, .lotteryResults, .leaderboardChange, .leagueSeasonResult: "competition"
        case .blockFound, .coopActivity, .coopMemberJoined, .coopRemoved, .coopAdminTransfer: "social"
        case .maintenance: "system"
        }
    }

    /// The user's switch for it, a column of `notification_preferences`; nil when there is none.
    var preference: String? {
        switch self {
        case .personalBest: "personal_best"
        case .badgeEarned: "badge_earned"
        case .matchStarting, .matchResult, .worldCupChanged, .leagueSeasonResult: "world_cup_match"
        case .lotteryResults: "lottery_results"
        case .blockFound: "block_found_any"
        case .leaderboardChange: "leaderboard_change"
        case .coopActivity, .coopMemberJoined: "coop_activity"
        case .educationRecommendation: "education_recommendation"
        default: nil
        }
    }

    /// Always made, whatever the user's switches say.
    var isCritical: Bool {
        switch self {
        case .workerOffline, .streakWarning, .blockFoundOwn: true
        default: false
        }
    }

    /// Also sent by mail to those who want it.
    var isMailed: Bool {
        switch self {
        case .workerOffline, .streakWarning, .blockFoundOwn, .matchStarting, .matchResult, .worldCupChanged, .lotteryResults,
            .leagueSeasonResult:
            true
        default: false
        }
    }

    /// The page it leads to (spec 12 §5), and what the link says.
    var action: (url: String, label: String?) {
        switch self {
        case .personalBest: ("/mining/difficulty", "View Difficulty")
        case .workerOnline: ("/mining/workers", "View Workers")
        case .workerOffline: ("/mining/workers", "Check Workers")
        case .streakWarning, .streakExtended, .streakBroken: ("/profile/streaks", nil)
        case .blockFoundOwn, .blockFound: ("/mining/blocks", "View Block")
        case .badgeEarned: ("/profile/badges", "View Badge")
        case .levelUp: ("/profile/level", "View Level")
        case .lessonComplete, .trackComplete: ("/learn", "Continue Learning")
        case .educationRecommendation: ("/learn", nil)
        case .matchStarting: ("/world-cup", "Watch Live")
        case .matchResult, .worldCupChanged: ("/world-cup", "View Result")
        case .lotteryResults: ("/games", "Play Now")
        case .leaderboardChange: ("/leaderboard", nil)
        case .leagueSeasonResult: ("/leagues", nil)
        case .coopActivity, .coopMemberJoined, .coopRemoved, .coopAdminTransfer: ("/coop", nil)
        case .maintenance: ("/dashboard", nil)
        }
    }
}
