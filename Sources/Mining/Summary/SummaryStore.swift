import GameRules
import Platform
import Postgres

/// The SQL of the summary: one row by key, never `shares` (spec 03 §3 route 14, 03a §11).
struct SummaryStore: Sendable {
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

    let database: PostgresClient

    static func statement(user: UserID) -> SQL {
        SQL.named(
            "mining_summary",
            """
            select total_shares, accepted_shares, best_diff, blocks_found, days_active, last_share_at, \(sql: LatestFigures.columns)
            from user_share_totals where user_id = \(user)
            """
        )
    }

    /// The day and its week from their own rows.
    static func earlier(user: UserID, today: UTCDay) -> SQL {
        SQL.named(
            "mining_summary_earlier",
            """
            select coalesce(d.total_shares, 0), coalesce(d.accepted_shares, 0), coalesce(d.best_diff, 0), coalesce(b.best_difficulty, 0)
            from (select \(user)::bigint as id) u
            left join user_daily_stats d on d.user_id = u.id and d.day = \(today)
            left join personal_bests b on b.user_id = u.id and b.timeframe = 'week' and b.period_key = \(today.isoWeek.description)
            """
        )
    }

    /// All zero for a user without a row.
    func figures(of user: UserID, today: UTCDay) async throws -> Figures {
        guard let row = try await database.query(Self.statement(user: user)).first else { return Figures() }
        var figures = Figures()
        (
            figures.totalShares, figures.acceptedShares, figures.bestAllTime, figures.blocksFound, figures.daysActive, figures.lastShareAt
        ) = try row.decode((Int64, Int64, Double, Int32, Int32, Instant?).self)
        let latest = try LatestFigures(row, from: 6)
        if let current = latest.of(today) {
            figures.latest = current
        } else {
            figures.latest = latest
            guard let row = try await database.query(Self.earlier(user: user, today: today)).first else { return figures }
            (figures.latest.dayTotal, figures.latest.dayAccepted, figures.latest.dayBest, figures.latest.weekBest) = try row.decode(
                (Int64, Int64, Double, Double).self
            )
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
