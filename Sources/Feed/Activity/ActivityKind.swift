/// What an entry of a history tells (spec 08 §3). The name is stored in `activity_type`.
package enum ActivityKind: String, Sendable, CaseIterable {
    case shareSubmitted = "share_submitted"
    case personalBest = "personal_best"
    case blockFound = "block_found"
    case badgeEarned = "badge_earned"
    case levelUp = "level_up"
    case streakMilestone = "streak_milestone"
    case gamePlayed = "game_played"
    case lotteryResult = "lottery_result"
    case worldCupRegistered = "worldcup_registered"
    case matchResult = "match_result"
    case leagueResult = "league_result"
    case coopCreated = "coop_created"
    case coopJoined = "coop_joined"
    case coopLeft = "coop_left"
    case coopMilestone = "coop_milestone"
    case lessonCompleted = "lesson_completed"
    case trackCompleted = "track_completed"
    case quizPassed = "quiz_passed"
    /// Of the feed only: how many began that day in a country.
    case newMiners = "new_miners"

    /// Column `category`.
    var category: String {
        switch self {
        case .shareSubmitted, .personalBest, .blockFound, .newMiners: "mining"
        case .badgeEarned, .levelUp, .streakMilestone: "badge"
        case .gamePlayed, .lotteryResult: "game"
        case .worldCupRegistered, .matchResult, .leagueResult: "competition"
        case .coopCreated, .coopJoined, .coopLeft, .coopMilestone: "social"
        case .lessonCompleted, .trackCompleted, .quizPassed: "education"
        }
    }
}
