import GameRules
import Platform
import Postgres

/// The SQL of share statistics: the row of the totals and the row of today (spec 03 §3 route 5).
struct ShareStatisticsStore: Sendable {
    struct Figures: Sendable, Equatable {
        var total: Int64 = 0
        var accepted: Int64 = 0
        var rejected: Int64 = 0
        var firstAt: Instant?
        var lastAt: Instant?
        var today: Int64 = 0
        var acceptedToday: Int64 = 0
        var rejectedToday: Int64 = 0
        var bestToday = 0.0
    }

    let database: PostgresClient

    static func statement(user: UserID, today: UTCDay) -> SQL {
        SQL.named(
            "share_statistics",
            """
            select coalesce(t.total_shares, 0), coalesce(t.accepted_shares, 0), coalesce(t.rejected_shares, 0), t.first_share_at, t.last_share_at,
                   coalesce(d.total_shares, 0), coalesce(d.accepted_shares, 0), coalesce(d.rejected_shares, 0), coalesce(d.best_diff, 0)
            from (select \(user)::bigint as id) u
            left join user_share_totals t on t.user_id = u.id
            left join user_daily_stats d on d.user_id = u.id and d.day = \(today)
            """
        )
    }

    func figures(of user: UserID, today: UTCDay) async throws -> Figures {
        guard let row = try await database.query(Self.statement(user: user, today: today)).first else { return Figures() }
        let (total, accepted, rejected, first, last, today, acceptedToday, rejectedToday, best) = try row.decode(
            (Int64, Int64, Int64, Instant?, Instant?, Int64, Int64, Int64, Double).self
        )
        return Figures(
            total: total,
            accepted: accepted,
            rejected: rejected,
            firstAt: first,
            lastAt: last,
            today: today,
            acceptedToday: acceptedToday,
            rejectedToday: rejectedToday,
            bestToday: best
        )
    }
}
