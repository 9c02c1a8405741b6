package import GameRules
import Platform
import Postgres

/// What a row of `user_share_totals` keeps beside the sums of all time, so that whoever reads it needs no other table: the latest day with a
/// share, the latest week with a best, and the workers in use.
package struct LatestFigures: Sendable, Equatable {
    package var day: UTCDay?
    /// Accepted and rejected.
    package var dayTotal: Int64 = 0
    package var dayAccepted: Int64 = 0
    package var dayBest = 0.0
    package var week: ISOWeek?
    package var weekBest = 0.0
    /// Not archived.
    package var workersTotal: Int32 = 0

    package init() {}

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

    /// Whether only the rows of a day and its week can tell of them, because the latest are later: shares may be stamped a moment ahead of
    /// the clock.
    func isAhead(of today: UTCDay) -> Bool {
        day.map { $0 > today } ?? false || week.map { $0 > today.isoWeek } ?? false
    }

    /// Forgets what is of an earlier day or week.
    mutating func keep(_ today: UTCDay) {
        if day != today { (dayTotal, dayAccepted, dayBest) = (0, 0, 0) }
        if week != today.isoWeek { weekBest = 0 }
    }
}
