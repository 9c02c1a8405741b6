import API
import Bitcoin
import GameRules

/// The caller's mining at a glance (spec 03 §4.6 route 14).
struct MiningSummary: ResponseObject {
    let figures: SummaryStore.Figures
    let hashrates: Hashrates
    let workersOnline: Int

    /// Accepted of all shares, percent with two decimals; 0 when there are none.
    private var acceptanceRate: Double { Percent.of(figures.acceptedShares, in: figures.totalShares, whenNone: 0) }

    static let fields = JSONFields<MiningSummary>()
        .field("hashrate_1m", \.hashrates.oneMinute, "H/s")
        .field("hashrate_5m", \.hashrates.fiveMinutes, "H/s")
        .field("hashrate_1h", \.hashrates.oneHour, "H/s")
        .field("hashrate_24h", \.hashrates.oneDay, "H/s")
        .field("workers_online", \.workersOnline)
        .field("workers_total", \.figures.latest.workersTotal, "Not archived")
        .field("shares_today", \.figures.latest.dayTotal, "UTC day, accepted and rejected")
        .field("accepted_today", \.figures.latest.dayAccepted)
        .field("acceptance_rate", \.acceptanceRate, "Percent, lifetime; 0 when none")
        .field("best_diff_today", \.figures.latest.dayBest)
        .field("best_diff_alltime", \.figures.bestAllTime)
        .field("blocks_found", \.figures.blocksFound)
        .field("last_share", \.figures.lastShareText, "Last accepted share")
        .field("total_shares", \.figures.totalShares)
        .field("accepted_shares", \.figures.acceptedShares)
        .field("best_diff_week", \.figures.latest.weekBest)
        .field("uptime_days", \.figures.daysActive, "UTC days with an accepted share")
}

extension SummaryStore.Figures {
    var lastShareText: String? { lastShareAt?.rfc3339 }
}
