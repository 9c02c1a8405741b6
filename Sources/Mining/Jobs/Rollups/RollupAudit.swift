package import GameRules
import Logging
import Metrics
package import Platform
import Postgres

/// Every night: yesterday's roll-ups against yesterday's shares, in one scan of one partition (spec 03 §6). Reads only; an operator mends with
/// `tbg mining repair`.
package struct RollupAudit: Sendable {
    /// Rows that disagree.
    package struct Report: Sendable, Equatable {
        package let userDays: Int64
        package let userHours: Int64
        package let poolHours: Int64

        package var isClean: Bool { userDays + userHours + poolHours == 0 }
    }

    private let configuration: PostgresConfiguration
    private let logger: Logger

    package init(runtime: Runtime) {
        var configuration = runtime.databaseConfiguration
        configuration.statementTimeout = .seconds(600)
        configuration.poolSize = 1...1
        configuration.readConnections = 1
        self.configuration = configuration
        logger = runtime.logger
    }

    /// Audits the day before the one that holds an instant.
    @discardableResult
    package func run(at now: Instant) async throws -> Report {
        let day = UTCDay(containing: now).previous
        // A client of its own: its statement takes longer than others may.
        let database = PostgresClient(configuration: configuration, logger: logger)
        let rows: PostgresRows
        do {
            rows = try await database.query(Self.statement(day))
        } catch {
            await database.close()
            throw error
        }
        await database.close()
        guard let row = rows.first else { return Report(userDays: 0, userHours: 0, poolHours: 0) }
        let (days, hours, pool) = try row.decode((Int64, Int64, Int64).self)
        let report = Report(userDays: days, userHours: hours, poolHours: pool)
        for (table, count) in [("user_daily_stats", days), ("hourly_shares", hours), ("pool_hourly", pool)] {
            Gauge(label: "tbg_mining_rollup_mismatches", dimensions: [("table", table)]).record(count)
        }
        if !report.isClean {
            logger.error(
                "roll-ups disagree with the shares they are made of",
                metadata: [
                    "event": "rollup_mismatch", "day": "\(day)", "user_daily_stats": "\(days)", "hourly_shares": "\(hours)",
                    "pool_hourly": "\(pool)",
                ]
            )
        }
        return report
    }

    /// Answers the rows of users' days, users' hours and pool hours that disagree. One statement, so that all parts see the same shares.
    /// Deleted users have no days any more; a row of zeros says the same as none.
    static func statement(_ day: UTCDay) -> SQL {
        let counts: SQL = "count(*) as total, count(*) filter (where is_valid) as accepted"
        return """
            with hours as materialized (
                select user_id, date_trunc('hour', time, 'UTC') as bucket, \(sql: counts),
                       coalesce(sum(least(difficulty, share_diff)) filter (where is_valid), 0) as work,
                       coalesce(sum(share_diff) filter (where is_valid), 0) as achieved,
                       coalesce(max(share_diff) filter (where is_valid), 0) as best
                from shares where time >= \(day.start) and time < \(day.end) group by 1, 2
            ), days as (
                select user_id, sum(total) as total, sum(accepted) as accepted, sum(work) as work, sum(achieved) as achieved, max(best) as best
                from hours where exists (select from users u where u.id = user_id) group by 1
            ), pool as (
                select bucket, sum(total) as total, sum(accepted) as accepted, sum(work) as work, sum(achieved) as achieved, max(best) as best
                from hours group by 1
            )
            select (select count(*) from days a full join (
                        select user_id, total_shares, accepted_shares, total_work as work, share_diff_sum, best_diff
                        from user_daily_stats where day = \(day)
                    ) b using (user_id) where \(sql: differs)),
                   (select count(*) from hours a full join (
                        select * from hourly_shares where bucket >= \(day.start) and bucket < \(day.end)
                    ) b using (user_id, bucket) where \(sql: differs)),
                   (select count(*) from pool a full join (
                        select * from pool_hourly where bucket >= \(day.start) and bucket < \(day.end)
                    ) b using (bucket) where \(sql: differs))
            """
    }

    /// Sums may differ in their last bits by the order of addition.
    private static let differs: SQL = """
        coalesce(a.total, 0) <> coalesce(b.total_shares, 0) or coalesce(a.accepted, 0) <> coalesce(b.accepted_shares, 0)
        or coalesce(a.best, 0) <> coalesce(b.best_diff, 0)
        or abs(coalesce(a.work, 0) - coalesce(b.work, 0)) > 1e-9 * greatest(a.work, b.work, 0)
        or abs(coalesce(a.achieved, 0) - coalesce(b.share_diff_sum, 0)) > 1e-9 * greatest(a.achieved, b.share_diff_sum, 0)
        """
}
