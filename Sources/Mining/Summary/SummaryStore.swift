import GameRules
import Platform
import Postgres

/// The SQL of the summary: single rows by key, never `shares` (spec 03 §3 route 14, 03a §11).
struct SummaryStore: Sendable {
    struct Figures: Sendable, Equatable {
        var totalShares: Int64 = 0
        var acceptedShares: Int64 = 0
        var bestAllTime = 0.0
        var blocksFound: Int32 = 0
        var daysActive: Int32 = 0
        var lastShareAt: Instant?
        var sharesToday: Int64 = 0
        var acceptedToday: Int64 = 0
        var bestToday = 0.0
        var bestThisWeek = 0.0
        var workersTotal: Int64 = 0
    }

    let database: PostgresClient

    static func statement(user: UserID, today: UTCDay) -> SQL {
        SQL.named(
            "mining_summary",
            """
            select t.total_shares, t.accepted_shares, t.best_diff, t.blocks_found, t.days_active, t.last_share_at,
                   d.total_shares, d.accepted_shares, d.best_diff, b.best_difficulty,
                   (select count(*) from workers w where w.user_id = u.id and w.archived_at is null)
            from (select \(user)::bigint as id) u
            left join user_share_totals t on t.user_id = u.id
            left join user_daily_stats d on d.user_id = u.id and d.day = \(today)
            left join personal_bests b on b.user_id = u.id and b.timeframe = 'week' and b.period_key = \(today.isoWeek.description)
            """
        )
    }

    func figures(of user: UserID, today: UTCDay) async throws -> Figures {
        guard let row = try await database.query(Self.statement(user: user, today: today)).first else { return Figures() }
        let (total, accepted, best, blocks, days, last, todayTotal, todayAccepted, todayBest, week, workers) = try row.decode(
            (Int64?, Int64?, Double?, Int32?, Int32?, Instant?, Int64?, Int64?, Double?, Double?, Int64).self
        )
        return Figures(
            totalShares: total ?? 0,
            acceptedShares: accepted ?? 0,
            bestAllTime: best ?? 0,
            blocksFound: blocks ?? 0,
            daysActive: days ?? 0,
            lastShareAt: last,
            sharesToday: todayTotal ?? 0,
            acceptedToday: todayAccepted ?? 0,
            bestToday: todayBest ?? 0,
            bestThisWeek: week ?? 0,
            workersTotal: workers
        )
    }

    /// Workers online as far as the table knows: what is shown without Redis.
    func workersOnline(of user: UserID) async throws -> Int {
        try await database.query(
            "select count(*) from workers where user_id = \(user) and archived_at is null and is_online"
        ).value(Int64.self).map(Int.init) ?? 0
    }
}
