import GameRules
import Platform
import Postgres

/// The SQL of uptime: at most ninety rows of `user_daily_stats` by key (spec 03 §3 route 15).
struct UptimeStore: Sendable {
    let database: PostgresClient

    static func statement(user: UserID, days: ClosedRange<UTCDay>) -> SQL {
        SQL.named(
            "mining_uptime",
            """
            select day, uptime_minutes, total_shares, accepted_shares from user_daily_stats
            where user_id = \(user) and day between \(days.lowerBound) and \(days.upperBound)
            """
        )
    }

    /// Every day of a range; those without a row are empty.
    func calendar(of user: UserID, days: ClosedRange<UTCDay>) async throws -> UptimeCalendar {
        var known: [UTCDay: UptimeDay] = [:]
        for row in try await database.query(Self.statement(user: user, days: days)) {
            let (day, minutes, shares, accepted) = try row.decode((UTCDay, Int32, Int64, Int64).self)
            known[day] = UptimeDay(day: day, minutes: minutes, shares: shares, accepted: accepted)
        }
        return UptimeCalendar(days: days.map { known[$0] ?? UptimeDay(day: $0) })
    }
}
