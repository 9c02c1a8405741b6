import Foundation
import GameRules
import Platform
import Postgres

/// Reads `shares` in pages, newest first, at a cost that does not depend on how many there are (spec 03a §11).
struct ShareReadStore: Sendable {
    /// Shares are kept so long, days.
    private static let retentionDays = 90
    /// Rows examined for each row of a page whose filter the index does not serve (spec 03 §4.2).
    private static let effort = 20

    struct Row: Sendable, Equatable {
        /// Pool time and event id.
        let position: PagePosition
        let workerName: String
        let assigned: Double
        let achieved: Double
        let isValid: Bool
        let isBlock: Bool
        let hash: String?
        let nonce: String?
        /// The best of all time when it arrived.
        let isBest: Bool
        let rejectReason: String?
    }

    let database: PostgresClient

    /// The shares behind a position.
    /// - Parameter position: nil for the newest.
    func slice(_ selection: ShareSelection, behind position: PagePosition?, limit: Int, at now: Instant) async throws -> ShareSlice {
        if !selection.isFiltered {
            let window = ShareWindow(behind: position, at: now)
            let rows = try await database.query(Self.page(selection, window, behind: position, limit: limit))
            if rows.count > limit { return ShareSlice(try rows.map(Self.share), lastExamined: nil, limit: limit, window: window) }
        }
        let examined = Self.examined(selection, limit: limit)
        let days = try await database.query(selection.counts(Self.days(behind: position, at: now))).decode((UTCDay, Int64).self)
            .map { ShareWindow.Day(day: $0, rows: $1) }
        guard let window = ShareWindow(days, behind: position, rows: examined) else { return .empty }
        var found: [Row] = []
        var lastExamined: PagePosition?
        for row in try await database.query(Self.page(selection, window, behind: position, limit: limit)) {
            let share = try Self.share(row)
            guard selection.isFiltered else {
                found.append(share)
                continue
            }
            if try Bool(postgres: row[Self.columnCount]) { found.append(share) }
            if try Int64(postgres: row[Self.columnCount + 1]) == examined { lastExamined = share.position }
        }
        return ShareSlice(found, lastExamined: lastExamined, limit: limit, window: window)
    }

    /// The days to look at; a share may be a little ahead of the clock.
    private static func days(behind position: PagePosition?, at now: Instant) -> ClosedRange<UTCDay> {
        let today = UTCDay(containing: now)
        let oldest = today.advanced(by: -retentionDays)
        let newest = position.map { min(UTCDay(containing: $0.time), today.next) } ?? today.next
        return oldest...max(oldest, newest)
    }

    /// Most rows a page looks at.
    static func examined(_ selection: ShareSelection, limit: Int) -> Int { selection.isFiltered ? effort * limit : limit + 1 }

    /// The rows that match, one more than asked for. Of a filtered selection also whether each matches and its place among those examined, and
    /// the last one examined if it came to that.
    static func page(_ selection: ShareSelection, _ window: ShareWindow, behind position: PagePosition?, limit: Int) -> SQL {
        let examined = examined(selection, limit: limit)
        // Of these two conditions the first chooses the ranges of time, the second the row (spec 03a §11).
        let keyset: SQL = position.map { "and (time, event_id) < (\($0.time), \($0.id))" } ?? ""
        let rows: SQL = """
            from shares where \(sql: selection.rows) and time >= \(window.start) and time <= \(window.end) \(sql: keyset)
            order by time desc, event_id desc limit \(examined)
            """
        guard selection.isFiltered else { return SQL.named("shares_page", "select \(sql: columns) \(sql: rows)") }
        // Rows are numbered once they are few: numbering reads one ahead.
        return SQL.named(
            "shares_filtered_page",
            """
            select \(sql: columns), matches, place
            from (
                select *, \(sql: selection.filter) as matches, row_number() over (order by time desc, event_id desc) as place
                from (select * \(sql: rows)) examined
            ) s
            where matches or place = \(examined) order by time desc, event_id desc limit \(limit + 1)
            """
        )
    }

    private static let columns: SQL =
        "time, event_id, worker_name, difficulty, share_diff, is_valid, is_block, block_hash, nonce, is_best, reject_reason"
    private static let columnCount = 11

    private static func share(_ row: PostgresRow) throws -> Row {
        let (time, id, worker, assigned, achieved, isValid, isBlock, hash, nonce, isBest, reason) = try row.decode(
            (Instant, UUID, String, Double, Double, Bool, Bool, String?, String?, Bool, String?).self
        )
        return Row(
            position: PagePosition(time: time, id: id),
            workerName: worker,
            assigned: assigned,
            achieved: achieved,
            isValid: isValid,
            isBlock: isBlock,
            hash: hash,
            nonce: nonce,
            isBest: isBest,
            rejectReason: reason
        )
    }
}
