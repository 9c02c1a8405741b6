import GameRules
import Mining
import Platform
import Postgres

/// The SQL of the figures: for any number of users by key, roll-ups only, never `shares` (spec 04 §3, §10.1).
struct StatsStore: Sendable {
    let database: PostgresClient

    static func hours(of users: [UserID], before running: UTCHour) -> SQL {
        let span = HourlySums.span(before: running)
        return SQL.named(
            "dashboard_hours",
            """
            select user_id, bucket, total_shares, accepted_shares, work, best_diff
            from hourly_shares
            where user_id = any(\(users)) and bucket >= \(span.lowerBound.start) and bucket < \(span.upperBound.start)
            """
        )
    }

    /// The sums of every user, those included that have no hours.
    func hours(of users: [UserID], before running: UTCHour) async throws -> [UserID: HourlySums] {
        guard !users.isEmpty else { return [:] }
        var hours: [UserID: [HourlySums.Hour]] = [:]
        for row in try await database.query(Self.hours(of: users, before: running)) {
            let (user, bucket, total, accepted, work, best) = try row.decode((UserID, Instant, Int64, Int64, Double, Double).self)
            hours[user, default: []].append(
                HourlySums.Hour(hour: UTCHour(containing: bucket), total: total, accepted: accepted, work: work, best: best)
            )
        }
        return users.reduce(into: [:]) { $0[$1] = HourlySums(hours[$1] ?? [], running: running) }
    }

    static func miners(_ users: [UserID]) -> SQL {
        SQL.named("dashboard_miners", "select id, btc_address from users where id = any(\(users))")
    }

    func miners(_ users: [UserID]) async throws -> [LiveMiner] {
        try await database.query(Self.miners(users)).decode((UserID, String).self).map { LiveMiner(user: $0, address: $1) }
    }
}
