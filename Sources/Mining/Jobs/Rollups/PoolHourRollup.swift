import Bitcoin
import GameRules
import Postgres

/// One hour of `pool_hourly`, stored and computed.
struct PoolHourRollup: Sendable {
    let hour: UTCHour

    /// Keeps ingest from changing the hour until the transaction ends.
    var lock: [SQL] {
        [
            """
            insert into pool_hourly (bucket, total_shares, accepted_shares, rejected_shares, work, share_diff_sum, best_diff, diff_hist)
            values (\(hour.start), 0, 0, 0, 0, 0, 0, \(DifficultyHistogram().counts)) on conflict do nothing
            """,
            "select 1 from pool_hourly where bucket = \(hour.start) for update",
        ]
    }

    var stored: SQL {
        """
        select accepted_shares, rejected_shares, work, share_diff_sum, best_diff, diff_hist from pool_hourly where bucket = \(hour.start)
        """
    }

    func row(_ stored: PostgresRows) throws -> RollupRow? {
        guard let first = stored.first else { return nil }
        let (accepted, rejected, work, sum, best, decades) = try first.decode((Int64, Int64, Double, Double, Double, [Int64]).self)
        let tally = ShareTally(accepted: accepted, rejected: rejected, work: work, achievedSum: sum, best: best)
        // A row without shares says the same as no row.
        return tally.total == 0 ? nil : .poolHour(hour, tally, decades: decades)
    }

    /// Answers accepted, decade, count, work, achieved, best: one row a decade, so that no share leaves the database.
    var computed: SQL {
        """
        select is_valid, width_bucket(share_diff, \(DifficultyHistogram.thresholds)), count(*), sum(least(difficulty, share_diff)),
               sum(share_diff), max(share_diff)
        from shares where time >= \(hour.start) and time < \(hour.end) group by 1, 2
        """
    }

    func fold(_ computed: PostgresRows) throws -> BatchDelta.PoolHour? {
        var result = BatchDelta.PoolHour()
        var counts = [Int64](repeating: 0, count: DifficultyHistogram.decadeCount)
        for row in computed {
            let (isAccepted, decade, count, work, sum, best) = try row.decode((Bool, Int32, Int64, Double, Double, Double).self)
            guard isAccepted else {
                result.tally.rejected += count
                continue
            }
            result.tally.add(ShareTally(accepted: count, work: work, achievedSum: sum, best: best))
            counts[Int(decade)] += count
        }
        result.decades.add(stored: counts)
        return result.tally.total == 0 ? nil : result
    }

    var remove: SQL { "delete from pool_hourly where bucket = \(hour.start)" }
}
