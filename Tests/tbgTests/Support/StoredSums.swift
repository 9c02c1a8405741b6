import GameRules
import Postgres

/// The derived tables as groups that ``ShareInput`` can compute too.
struct StoredSums: Sendable {
    let database: PostgresClient

    /// What every derived table must hold, by its name: keyed as the query of that table is.
    static let keys: [(table: String, key: @Sendable (ShareInput.Share) -> String?)] = [
        ("shares", { "\($0.address)|\($0.worker)" }),
        ("user_share_totals", { $0.address }),
        ("user_daily_stats", { "\($0.address)|\(UTCDay(containing: $0.time))" }),
        ("hourly_shares", { "\($0.address)|\(UTCHour(containing: $0.time).start.rfc3339.prefix(13))" }),
        ("daily_shares", { "\($0.address)|\($0.worker)|\(UTCDay(containing: $0.time))" }),
        (
            "worker_rejects",
            { $0.isAccepted ? nil : "\($0.address)|\($0.worker)|\(UTCDay(containing: $0.time))|\($0.reason ?? "")" }
        ),
        ("pool_hourly", { String(UTCHour(containing: $0.time).start.rfc3339.prefix(13)) }),
        ("workers", { "\($0.address)|\($0.worker)" }),
    ]

    /// The groups of one table: key, total, accepted, work, sum of achieved (0 where the table has none), best.
    private static func query(_ table: String) -> SQL {
        switch table {
        case "shares":
            """
            select btc_address || '|' || worker_name, count(*), count(*) filter (where is_valid),
                   sum(case when is_valid then least(difficulty, share_diff) else 0 end), sum(share_diff) filter (where is_valid),
                   max(share_diff) filter (where is_valid)
            from shares group by 1
            """
        case "user_share_totals":
            """
            select btc_address::text, total_shares, accepted_shares, work, 0::double precision, best_diff
            from user_share_totals join users on id = user_id
            """
        case "user_daily_stats":
            """
            select btc_address || '|' || day, total_shares, accepted_shares, total_work, share_diff_sum, best_diff
            from user_daily_stats join users on id = user_id where total_shares > 0
            """
        case "hourly_shares":
            """
            select btc_address || '|' || to_char(bucket, 'YYYY-MM-DD"T"HH24'), total_shares, accepted_shares, work, share_diff_sum, best_diff
            from hourly_shares join users on id = user_id
            """
        case "daily_shares":
            """
            select btc_address || '|' || worker_name || '|' || bucket, d.total_shares, d.accepted_shares, d.work, 0::double precision, d.best_diff
            from daily_shares d join users u on u.id = d.user_id join workers w on w.id = d.worker_id
            """
        case "worker_rejects":
            """
            select btc_address || '|' || worker_name || '|' || bucket || '|' || reason, r.rejected_shares, 0::bigint, 0::double precision,
                   0::double precision, 0::double precision
            from worker_rejects r join workers w on w.id = r.worker_id join users u on u.id = w.user_id
            """
        case "pool_hourly":
            """
            select to_char(bucket, 'YYYY-MM-DD"T"HH24'), total_shares, accepted_shares, work, share_diff_sum, best_diff from pool_hourly
            """
        default:
            """
            select btc_address || '|' || worker_name, accepted_shares + rejected_shares, accepted_shares, total_work, 0::double precision,
                   best_diff
            from workers join users u on u.id = user_id
            """
        }
    }

    func groups(of table: String) async throws -> [String: ShareInput.Sum] {
        try await database.query(Self.query(table)).reduce(into: [:]) { groups, row in
            let (key, total, accepted, work, achieved, best) = try row.decode((String, Int64, Int64, Double, Double, Double).self)
            groups[key] = ShareInput.Sum(total: Int(total), accepted: Int(accepted), work: work, achieved: achieved, best: best)
        }
    }

    /// Names what a table holds otherwise than the input says; empty when all is exact.
    func differences(from input: ShareInput) async throws -> [String] {
        var found: [String] = []
        for (table, key) in Self.keys {
            let stored = try await groups(of: table)
            var expected = input.sums(by: key)
            if ["user_share_totals", "daily_shares", "workers"].contains(table) {
                for key in expected.keys { expected[key]?.achieved = 0 }
            }
            if Set(stored.keys) != Set(expected.keys) { found.append("\(table): \(stored.count) groups instead of \(expected.count)") }
            for (key, sum) in expected {
                if let other = stored[key], !other.isClose(to: sum) { found.append("\(table) \(key): \(other) instead of \(sum)") }
            }
        }
        return found
    }
}
