import API
import GameRules
import Mining
import NIOCore

/// What the figures of one user are made of; nil for what cannot be read at present.
struct StatsParts: Sendable {
    var live: LiveReader.UserFigures?
    var mining: LatestFigures?
    var hours: HourlySums?
    var progress: UserProgress?
    var network: NetworkService.Standing?
    /// Live values come from the database.
    var isStale = false

    var isComplete: Bool { live != nil && mining != nil && hours != nil && progress != nil && network != nil && !isStale }
}

extension DashboardStats {
    /// The figures with all that is known now in place of what was known before.
    func updated(with parts: StatsParts, at now: Instant) -> DashboardStats {
        var stats = self
        if let live = parts.live {
            stats.hashrate = live.hashrates.fiveMinutes
            stats.workersOnline = Int64(live.workersOnline)
        }
        if let mining = parts.mining {
            stats.sharesToday = mining.dayTotal
            stats.workersTotal = Int64(mining.workersTotal)
            stats.bestThisWeek = mining.weekBest
        }
        if let hours = parts.hours {
            stats.sparklines = hours.sparklines
            if let live = parts.live {
                stats.hashrateChange = PercentChange.of(live.hashrates.oneHour, since: hours.hashrateYesterday(at: now))
            }
            if let mining = parts.mining {
                stats.sharesChange = PercentChange.of(Double(mining.dayTotal), since: hours.sharesYesterday(at: now))
            }
        }
        if let progress = parts.progress {
            stats.xp = progress.xp
            stats.badgesEarned = progress.badgesEarned
            stats.streak = progress.effectiveStreak
        }
        if let network = parts.network {
            stats.networkDifficulty = network.difficulty
            stats.networkHeight = network.tip?.height ?? 0
        }
        return stats
    }

    /// Reads what was written; nil for anything else.
    init?(encoded: ByteBuffer) {
        guard let json = try? JSONParser().parse(encoded.readableBytesView), let difficulty = json["network_diff"]?.doubleValue,
            let sparklines = Sparklines(json["sparklines"])
        else { return nil }
        func number(_ name: String) -> Double { json[name]?.doubleValue ?? 0 }
        func count(_ name: String) -> Int64 { json[name]?.int64Value ?? 0 }
        self.init(
            hashrate: number("hashrate"),
            hashrateChange: number("hashrate_change"),
            sharesToday: count("shares_today"),
            sharesChange: number("shares_change"),
            workersOnline: count("workers_online"),
            workersTotal: count("workers_total"),
            streak: count("streak"),
            bestThisWeek: number("best_diff_week"),
            networkDifficulty: difficulty,
            networkHeight: count("network_height"),
            xp: count("xp"),
            badgesEarned: count("badges_earned"),
            sparklines: sparklines
        )
    }
}
