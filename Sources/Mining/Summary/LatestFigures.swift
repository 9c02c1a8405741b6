import GameRules
import Postgres

/// What a row of `user_share_totals` keeps beside the sums of all time, so that whoever reads it needs no other table: the latest day with a
/// share, the latest week with a best, and the workers in use.
struct LatestFigures: Sendable, Equatable {
    var day: UTCDay?
    /// Accepted and rejected.
    var dayTotal: Int64 = 0
    var dayAccepted: Int64 = 0
    var dayBest = 0.0
    var week: ISOWeek?
    var weekBest = 0.0
    /// Not archived.
    var workersTotal: Int32 = 0
}

extension LatestFigures {
    /// What ``init(_:from:)`` reads.
    static let columns: SQL = "latest_day, day_total_shares, day_accepted_shares, day_best_diff, latest_week, week_best_diff, workers_total"

    /// - Parameter first: the column with which ``columns`` begin.
    init(_ row: PostgresRow, from first: Int) throws {
        day = try UTCDay?(postgres: row[first])
        dayTotal = try Int64(postgres: row[first + 1])
        dayAccepted = try Int64(postgres: row[first + 2])
        dayBest = try Double(postgres: row[first + 3])
        week = try String?(postgres: row[first + 4]).flatMap { ISOWeek($0) }
        weekBest = try Double(postgres: row[first + 5])
        workersTotal = try Int32(postgres: row[first + 6])
    }
}

extension LatestFigures {
    /// Forgets what is not of the day asked for. Nil when only the day's own rows can tell, because the latest day or week is later: shares
    /// may be stamped a moment ahead of the clock.
    func of(_ today: UTCDay) -> LatestFigures? {
        if let day, day > today { return nil }
        if let week, week > today.isoWeek { return nil }
        var figures = self
        if day != today { (figures.dayTotal, figures.dayAccepted, figures.dayBest) = (0, 0, 0) }
        if week != today.isoWeek { figures.weekBest = 0 }
        return figures
    }
}
