import API
import GameRules

/// What a user has come to: the state row, zero without one (spec 05 §8).
struct Progress: Sendable, Equatable {
    var totalXP: Int64 = 0
    var badgesEarned: Int32 = 0
    var streak: StreakView
    var stats = ProgressStats()
}

/// What a user has done, as far as it is counted.
struct ProgressStats: ResponseObject, Equatable {
    var totalShares: Int64 = 0
    var bestDifficulty = 0.0
    var blocksFound: Int32 = 0
    var lotteryWins: Int32 = 0

    static let fields = JSONFields<ProgressStats>("GamificationStats")
        .field("total_shares", \.totalShares, "Accepted")
        .field("best_difficulty", \.bestDifficulty)
        .field("blocks_found", \.blocksFound)
        .field("lottery_wins", \.lotteryWins)
}

/// Total and level, without the dates of the levels.
struct ExperienceSummary: ResponseObject {
    let progress: LevelProgress

    init(totalXP: Int64) { progress = LevelTable.progress(forTotalXP: totalXP) }

    static let fields = JSONFields<ExperienceSummary>()
        .field("total_xp", \.progress.totalXP)
        .field("level", \.progress.level.number)
        .field("level_title", \.progress.level.title)
        .field("xp_into_level", \.progress.xpIntoLevel)
        .field("xp_for_level", \.progress.xpForLevel, "From this level to the next one")
        .field("next_level", \.progress.nextLevel.number)
        .field("next_title", \.progress.nextLevel.title)
        .field("xp_to_next", \.progress.xpToNext)
        .field("is_max_level", \.progress.isMaxLevel)
}

/// A level the caller has reached, and when.
struct ReachedLevel: ResponseObject, Equatable {
    let level: Int32
    let reachedAt: Instant

    static let fields = JSONFields<ReachedLevel>()
        .field("level", \.level)
        .field("reached_at", \.reachedAt.rfc3339)
}

/// Total, level and how it came (spec 05 §9 no. 5).
struct Experience: ResponseObject {
    let summary: ExperienceSummary
    let levelsReached: [ReachedLevel]

    static let fields = JSONFields<Experience>()
        .members(of: \.summary)
        .field("levels_reached", \.levelsReached, "Ascending; rows that were skipped are absent")
}

/// Everything in one read (spec 05 §9 no. 9).
struct GamificationOverview: ResponseObject {
    let progress: Progress
    let badgesAvailable: Int

    private var xp: ExperienceSummary { ExperienceSummary(totalXP: progress.totalXP) }
    private var badges: BadgeCount { BadgeCount(earned: progress.badgesEarned, total: badgesAvailable) }

    static let fields = JSONFields<GamificationOverview>()
        .field("xp", \.xp)
        .field("streak", { StreakAnswer(view: $0.progress.streak) })
        .field("badges", \.badges)
        .field("stats", \.progress.stats)
}

/// Badges the caller has, of those there are.
struct BadgeCount: ResponseObject {
    let earned: Int32
    let total: Int

    static let fields = JSONFields<BadgeCount>().field("earned", \.earned).field("total", \.total)
}
