import API
import GameRules

/// The figures of the start page (spec 04 §3). Every number is finite, none is null; a new value is what a user without any data sees.
struct DashboardStats: ResponseObject, Equatable {
    /// H/s over five minutes.
    var hashrate = 0.0
    var hashrateChange = 0.0
    var sharesToday: Int64 = 0
    var sharesChange = 0.0
    var workersOnline: Int64 = 0
    var workersTotal: Int64 = 0
    var streak: Int64 = 0
    var bestThisWeek = 0.0
    /// Never 0.
    var networkDifficulty: Double
    var networkHeight: Int64 = 0
    var xp: Int64 = 0
    var badgesEarned: Int64 = 0
    var sparklines = Sparklines()

    private var ratio: Double { bestThisWeek / networkDifficulty }
    private var progress: LevelProgress { LevelTable.progress(forTotalXP: xp) }

    static let fields = JSONFields<DashboardStats>()
        .field("hashrate", \.hashrate, "H/s over the last five minutes")
        .field("hashrate_change", \.hashrateChange, "Percent: the last hour against the same hour of yesterday; 0 when that was 0")
        .field("shares_today", \.sharesToday, "UTC day, accepted and rejected")
        .field("shares_change", \.sharesChange, "Percent: today so far against the same span of yesterday; 0 when that was 0")
        .field("workers_online", \.workersOnline)
        .field("workers_total", \.workersTotal, "Not archived")
        .field("streak", \.streak, "Weeks in a row, the running one included once it has a share")
        .field("best_diff_week", \.bestThisWeek, "0 before the first share of the week")
        .field("network_diff", \.networkDifficulty, "Never 0: the last one known, however old, else an assumption")
        .field("best_diff_ratio", \.ratio, "`best_diff_week` / `network_diff`")
        .field("level", \.progress.level.number)
        .field("level_title", \.progress.level.title)
        .field("xp", \.xp, "Total")
        .field("xp_to_next", \.progress.xpToNext, "Missing to the next level, 0 at the last")
        .field("badges_earned", \.badgesEarned)
        .field("network_height", \.networkHeight, "0 while unknown")
        .field("xp_into_level", \.progress.xpIntoLevel, "Filled part of the progress bar")
        .field("xp_for_level", \.progress.xpForLevel, "Length of the progress bar")
        .field("sparklines", \.sparklines)
}

/// The last twelve complete UTC hours, ascending.
struct Sparklines: ResponseObject, Equatable {
    static let hours = 12

    /// H/s.
    var hashrate = [Double](repeating: 0, count: hours)
    /// Accepted.
    var shares = [Int64](repeating: 0, count: hours)
    /// Greatest achieved.
    var difficulty = [Double](repeating: 0, count: hours)

    static let fields = JSONFields<Sparklines>()
        .field("hashrate", \.hashrate, "H/s, the last twelve complete UTC hours, ascending")
        .field("shares", \.shares, "Accepted in these hours")
        .field("difficulty", \.difficulty, "Best achieved in these hours")
}
