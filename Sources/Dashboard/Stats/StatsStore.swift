import GameRules
import Mining
import Platform
import Postgres

/// What the start page shows of a user's mining beside live figures.
struct MiningFacts: Sendable, Equatable {
    var sharesToday: Int64 = 0
    var bestThisWeek = 0.0
    var workersTotal: Int64 = 0
}

/// The SQL of the figures: for any number of users by key, roll-ups only, never `shares` (spec 04 §3, §10.1).
struct StatsStore: Sendable {
    let database: PostgresClient

    static func facts(of users: [UserID], today: UTCDay) -> SQL {
        SQL.named(
            "dashboard_facts",
            """
            select u.id, d.total_shares, b.best_difficulty,
                   (select count(*) from workers w where w.user_id = u.id and w.archived_at is null)
            from unnest(\(users)) as u (id)
            left join user_daily_stats d on d.user_id = u.id and d.day = \(today)
            left join personal_bests b on b.user_id = u.id and b.timeframe = 'week' and b.period_key = \(today.isoWeek.description)
            """
        )
    }

    func facts(of users: [UserID], today: UTCDay) async throws -> [UserID: MiningFacts] {
        try await database.query(Self.facts(of: users, today: today)).reduce(into: [:]) { facts, row in
            let (user, shares, best, workers) = try row.decode((UserID, Int64?, Double?, Int64).self)
            facts[user] = MiningFacts(sharesToday: shares ?? 0, bestThisWeek: best ?? 0, workersTotal: workers)
        }
    }

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
