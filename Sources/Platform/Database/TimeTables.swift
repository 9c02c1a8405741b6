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
    /// When and how a range is compressed, where the storage can; nil never.
    var compression: Compression?

    /// Compression of ranges that are no longer written (spec 03a §10).
    struct Compression: Sendable {
        /// Nothing is inserted into ranges so old: shares may be eight days late.
        let afterDays: Int
        /// Columns whose equal values lie together.
        let segments: String?
        let order: String
    }

    package static func == (left: TimeTable, right: TimeTable) -> Bool {
        left.name.description == right.name.description
    }

    /// Every time table of the schema.
    package static let all: [TimeTable] = [
        TimeTable(
            name: "shares",
            step: .day,
            ahead: 14,
            retentionDays: 90,
            compression: .init(afterDays: 9, segments: "user_id", order: "time desc, event_id desc")
        ),
        TimeTable(
            name: "mining_events",
            step: .day,
            ahead: 14,
            retentionDays: 30,
            compression: .init(afterDays: 3, segments: nil, order: "ts desc, event_id desc")
        ),
        TimeTable(name: "rate_limit_events", step: .day, ahead: 14, retentionDays: 14),
        TimeTable(
            name: "hashrate_snapshots",
            step: .day,
            ahead: 14,
            retentionDays: 180,
            compression: .init(afterDays: 7, segments: "user_id, worker_name", order: "time desc")
        ),
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

    /// Compresses ranges that are no longer written, where TimescaleDB is there in an edition that can; answers how many are new. Safe to
    /// repeat. Our own maintenance does it, by our clock: policies are not in every edition.
    @discardableResult
    package func compressOld(at now: Instant) async throws -> Int {
        guard
            try await database.query("select coalesce(current_setting('timescaledb.license', true), '')", access: .write)
                .value(String.self) == "timescale"
        else { return 0 }
        var compressed = 0
        for table in TimeTable.all {
            guard let compression = table.compression else { continue }
            let name = table.name.description
            let isHypertable = try await database.query(
                "select compression_enabled from timescaledb_information.hypertables where hypertable_name = \(name)",
                access: .write
            ).value(Bool.self)
            guard let isEnabled = isHypertable else { continue }
            if !isEnabled { try await database.execute(Self.enable(table, compression)) }
            let cutoff = UTCDay(containing: now).advanced(by: -compression.afterDays).start
            let chunks = try await database.query(
                """
                select format('%I.%I', chunk_schema, chunk_name) from timescaledb_information.chunks
                where hypertable_name = \(name) and not is_compressed and range_end <= \(cutoff) order by range_end
                """,
                access: .write
            ).map { try String(postgres: $0[0]) }
            // One chunk at a time: each is locked while it is rewritten.
            for chunk in chunks {
                try await database.execute("select compress_chunk(\(chunk)::text::regclass, if_not_compressed => true)")
                compressed += 1
            }
        }
        return compressed
    }

    private static func enable(_ table: TimeTable, _ compression: TimeTable.Compression) -> SQL {
        let segments: SQL = compression.segments.map { ", timescaledb.compress_segmentby = \(literal: $0)" } ?? ""
        return """
            alter table \(identifier: table.name.description)
            set (timescaledb.compress, timescaledb.compress_orderby = \(literal: compression.order)\(sql: segments))
            """
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
