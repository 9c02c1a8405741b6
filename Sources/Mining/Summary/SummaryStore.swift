package import GameRules
import Platform
package import Postgres

/// The SQL of the summary: one row of a user by key, never `shares` (spec 03 §3 route 14, 03a §11).
package struct SummaryStore: Sendable {
    struct Figures: Sendable, Equatable {
        var totalShares: Int64 = 0
        var acceptedShares: Int64 = 0
        var bestAllTime = 0.0
        var blocksFound: Int32 = 0
        var daysActive: Int32 = 0
        var lastShareAt: Instant?
        /// Of today and this week.
        var latest = LatestFigures()
    }

    private let database: PostgresClient

    package init(database: PostgresClient) {
        self.database = database
    }

    static func statement(user: UserID) -> SQL {
        SQL.named(
            "mining_summary",
            """
            select total_shares, accepted_shares, best_diff, blocks_found, days_active, last_share_at, \(sql: LatestFigures.columns)
            from user_share_totals where user_id = \(user)
            """
        )
    }

    /// All zero for a user without a row.
    func figures(of user: UserID, today: UTCDay) async throws -> Figures {
        guard let row = try await database.query(Self.statement(user: user)).first else { return Figures() }
        let (total, accepted, best, blocks, days, last) = try row.decode((Int64, Int64, Double, Int32, Int32, Instant?).self)
        var figures = Figures(
            totalShares: total,
            acceptedShares: accepted,
            bestAllTime: best,
            blocksFound: blocks,
            daysActive: days,
            lastShareAt: last,
            latest: try LatestFigures(row, from: 6)
        )
        if figures.latest.isAhead(of: today) {
            figures.latest = try await settled([user: figures.latest], on: today)[user] ?? figures.latest
        } else {
            figures.latest.keep(today)
        }
        return figures
    }

    // MARK: today and this week of any number of users

    package static func selectLatest(of users: [UserID]) -> SQL {
        SQL.named(
            "mining_latest",
            "select user_id, \(sql: LatestFigures.columns) from user_share_totals where user_id = any(\(users))"
        )
    }

    /// A day and its week from their own rows.
    package static func selectDay(of users: [UserID], _ today: UTCDay) -> SQL {
        SQL.named(
            "mining_day",
            """
            select u.id, coalesce(d.total_shares, 0), coalesce(d.accepted_shares, 0), coalesce(d.best_diff, 0), coalesce(b.best_difficulty, 0)
            from unnest(\(users)) as u (id)
            left join user_daily_stats d on d.user_id = u.id and d.day = \(today)
            left join personal_bests b on b.user_id = u.id and b.timeframe = 'week' and b.period_key = \(today.isoWeek.description)
            """
        )
    }

    /// Users without a row are left out.
    package func latest(of users: [UserID], today: UTCDay) async throws -> [UserID: LatestFigures] {
        let stored = try await database.query(Self.selectLatest(of: users)).reduce(into: [UserID: LatestFigures]()) { figures, row in
            figures[try UserID(postgres: row[0])] = try LatestFigures(row, from: 1)
        }
        return try await settled(stored, on: today)
    }

    private func settled(_ stored: [UserID: LatestFigures], on today: UTCDay) async throws -> [UserID: LatestFigures] {
        var figures = stored.mapValues { figures in
            var figures = figures
            figures.keep(today)
            return figures
        }
        let ahead = stored.filter { $0.value.isAhead(of: today) }.keys.sorted()
        guard !ahead.isEmpty else { return figures }
        for row in try await database.query(Self.selectDay(of: ahead, today)) {
            let (user, total, accepted, best, week) = try row.decode((UserID, Int64, Int64, Double, Double).self)
            figures[user]?.dayTotal = total
            figures[user]?.dayAccepted = accepted
            figures[user]?.dayBest = best
            figures[user]?.weekBest = week
        }
        return figures
    }

    /// Workers online as far as the table knows: what is shown without Redis.
    func workersOnline(of user: UserID) async throws -> Int {
        try await database.query(
            "select count(*) from workers where user_id = \(user) and archived_at is null and is_online"
        ).value(Int64.self).map(Int.init) ?? 0
    }
}
