import GameRules
import Platform

/// The span of days that surely holds the next rows of a list of shares, if there are so many.
///
/// Without it a page would open every day there is: a prepared statement does not know its bounds when it is planned, so that the database
/// merges all ranges of `shares` below the upper one. Between two bounds it opens the ranges between them and no others (spec 03a §11).
struct ShareWindow: Sendable, Equatable {
    /// A day on which the source of the list has rows.
    struct Day: Sendable, Equatable {
        let day: UTCDay
        let rows: Int64
    }

    /// Begin of a day.
    let start: Instant
    /// The last instant that counts.
    let end: Instant
    /// Nothing is older.
    let isLast: Bool

    /// Two days back from a position, or from now: there a miner at work has a whole page of shares.
    init(behind position: PagePosition?, at now: Instant) {
        let newest = position.map { UTCDay(containing: $0.time) } ?? UTCDay(containing: now)
        start = newest.advanced(by: -1).start
        // A share may be a little ahead of the clock.
        end = position?.time ?? newest.next.end
        isLast = false
    }

    /// - Parameters:
    ///   - days: newest first, none after the day of `position`.
    ///   - position: where the page before ended; nil for the first page.
    ///   - rows: how many rows are wanted.
    /// - Returns: nil when there is no day to look at.
    init?(_ days: [Day], behind position: PagePosition?, rows: Int) {
        guard let newest = days.first?.day, let oldest = days.last?.day else { return nil }
        let cursorDay = position.map { UTCDay(containing: $0.time) }
        var start = newest
        var sum: Int64 = 0
        for item in days where sum < rows {
            start = item.day
            // How much of the cursor's own day is left cannot be told.
            if item.day != cursorDay { sum += item.rows }
        }
        let endOfNewest = newest.end.adding(microseconds: -1)
        self.start = start.start
        end = position.map { min($0.time, endOfNewest) } ?? endOfNewest
        isLast = start == oldest
    }
}
