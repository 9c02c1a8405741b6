package import GameRules
package import Postgres

/// A table cut into ranges of time, and how long its rows are kept (spec 03a §9–§10, 11 §9).
package struct TimeTable: Sendable, Equatable {
    /// Length of one range.
    package enum Step: Sendable, Equatable {
        case day, week, month
    }

    package let name: StaticString
    package let step: Step
    /// Ranges that exist ahead of now.
    package let ahead: Int
    /// Days after which a range is dropped; nil keeps all.
    package let retentionDays: Int?

    package static func == (left: TimeTable, right: TimeTable) -> Bool {
        left.name.description == right.name.description
    }

    /// Every time table of the schema.
    package static let all: [TimeTable] = [
        TimeTable(name: "shares", step: .day, ahead: 14, retentionDays: 90),
        TimeTable(name: "mining_events", step: .day, ahead: 14, retentionDays: 30),
        TimeTable(name: "rate_limit_events", step: .day, ahead: 14, retentionDays: 14),
        TimeTable(name: "hashrate_snapshots", step: .day, ahead: 14, retentionDays: 180),
        TimeTable(name: "hourly_shares", step: .month, ahead: 3, retentionDays: 400),
        TimeTable(name: "system_health", step: .week, ahead: 8, retentionDays: 400),
        TimeTable(name: "audit_log", step: .month, ahead: 3, retentionDays: 400),
    ]

    /// The ranges that must exist at an instant: from the one that holds `behindDays` ago to `ahead` ranges after the running one.
    func ranges(at now: Instant, behindDays: Int) -> [Range<Instant>] {
        let today = UTCDay(containing: now)
        let first = today.advanced(by: -behindDays)
        switch step {
        case .day: return Self.spans(first, today, ahead)
        case .week: return Self.spans(ISOWeek(containing: first), ISOWeek(containing: today), ahead)
        case .month: return Self.spans(UTCMonth(containing: first), UTCMonth(containing: today), ahead)
        }
    }

    private static func spans<Period: CalendarPeriod>(_ first: Period, _ current: Period, _ ahead: Int) -> [Range<Instant>] {
        stride(from: first, through: current.advanced(by: ahead), by: 1).map { $0.start..<$0.end }
    }
}

/// Keeps the ranges of all time tables: made ahead of time, dropped past retention (11 §9 steps 1 and 2).
package struct TimeTableKeeper: Sendable {
    private let database: PostgresClient
    /// Late shares up to 8 days old are accepted (spec 03a §3), so ranges exist that far back, and a little more.
    private let behindDays = 9

    package init(database: PostgresClient) {
        self.database = database
    }

    /// Makes what is missing; answers how many ranges are new. Safe to repeat.
    @discardableResult
    package func makeRanges(at now: Instant) async throws -> Int {
        var made = 0
        for table in TimeTable.all {
            for range in table.ranges(at: now, behindDays: behindDays) {
                if try await make(range, of: table) { made += 1 }
            }
        }
        return made
    }

    /// - Returns: false where the range was there, also when another process has made it at the same moment.
    private func make(_ range: Range<Instant>, of table: TimeTable) async throws -> Bool {
        do {
            let rows = try await database.query(
                "select ensure_range(\(table.name.description), \(range.lowerBound), \(range.upperBound))",
                access: .write
            )
            return try rows.value(Bool.self) == true
        } catch let error as PostgresError where error.sqlState == .duplicateTable {
            return false
        }
    }

    /// Drops ranges past retention; answers how many are gone.
    package func dropExpired(at now: Instant) async throws -> Int {
        var dropped = 0
        for table in TimeTable.all {
            guard let days = table.retentionDays else { continue }
            let cutoff = UTCDay(containing: now).advanced(by: -days).start
            let rows = try await database.query("select drop_ranges_before(\(table.name.description), \(cutoff))", access: .write)
            dropped += Int(try rows.value(Int32.self) ?? 0)
        }
        return dropped
    }
}
