import GameRules
import Platform
import Postgres

/// Totals of a user and its workers, computed from roll-ups: shares are kept for ninety days only, days of users for good and days of
/// workers for four hundred days (spec 03 §2, 03a §9).
struct LifetimeRollups: Sendable {
    /// For so long the days of a worker are all there.
    static let workerMemory = DayTable.workerDays.retentionDays

    let user: UserID
    let today: UTCDay
    /// Days whose rows are not to be believed; given by `corrections` instead. Empty once they have been written.
    var corrections: [UserDayRollups] = []
    var distrusted: ClosedRange<UTCDay>?
    /// First and last share among those that were read.
    var span = BatchDelta.User()

    private var excluded: SQL {
        guard let distrusted else { return "" }
        return "and day not between \(distrusted.lowerBound) and \(distrusted.upperBound)"
    }

    /// Statements whose results ``rows(_:)`` reads.
    var statements: [SQL] {
        [
            """
            select total_shares, accepted_shares, rejected_shares, work, best_diff, days_active, first_share_at, last_share_at,
                   \(sql: LatestFigures.columns)
            from user_share_totals where user_id = \(user)
            """,
            """
            select coalesce(sum(total_shares), 0)::bigint, coalesce(sum(accepted_shares), 0)::bigint, coalesce(sum(rejected_shares), 0)::bigint,
                   coalesce(sum(total_work), 0), coalesce(max(best_diff), 0), count(*) filter (where accepted_shares > 0)
            from user_daily_stats where user_id = \(user) \(sql: excluded)
            """,
            """
            select w.id, w.accepted_shares, w.rejected_shares, w.total_work, w.best_diff, coalesce(d.accepted, 0)::bigint,
                   coalesce(d.rejected, 0)::bigint, coalesce(d.work, 0), coalesce(d.best, 0)
            from workers w left join (
                select worker_id, sum(accepted_shares) as accepted, sum(rejected_shares) as rejected, sum(work) as work, max(best_diff) as best
                from (select worker_id, bucket as day, accepted_shares, rejected_shares, work, best_diff from daily_shares where user_id = \(user)) s
                where true \(sql: excluded) group by worker_id
            ) d on d.worker_id = w.id
            where w.user_id = \(user) and w.first_seen >= \(today.advanced(by: -Self.workerMemory).start)
            """,
            """
            select day, accepted_shares + rejected_shares, accepted_shares, best_diff from user_daily_stats
            where user_id = \(user) and total_shares > 0 \(sql: excluded) order by day desc limit 1
            """,
            """
            select period_key, best_difficulty from personal_bests
            where user_id = \(user) and timeframe = 'week' order by period_key desc limit 1
            """,
            "select count(*)::int from workers where user_id = \(user) and archived_at is null",
        ]
    }

    /// What is stored and what it should be.
    struct Totals: Sendable {
        var stored: [RollupRow] = []
        var computed: [RollupRow] = []
        var user = (tally: ShareTally(), daysActive: Int64(0), first: Instant?.none, last: Instant?.none)
        var latest = LatestFigures()
        var workers: [Int64: ShareTally] = [:]

        var differences: [RollupDifference] { RollupRow.differences(stored, computed) }
    }

    func totals(_ results: [PostgresRows]) throws -> Totals {
        var totals = Totals()
        var (first, last): (Instant?, Instant?)
        totals.latest = try latest(day: results[3], week: results[4], workers: results[5])
        for row in results[0] {
            let (total, accepted, rejected, work, best, active, firstAt, lastAt) = try row.decode(
                (Int64, Int64, Int64, Double, Double, Int32, Instant?, Instant?).self
            )
            (first, last) = (firstAt, lastAt)
            totals.stored.append(
                summary(
                    total,
                    ShareTally(accepted: accepted, rejected: rejected, work: work, best: best),
                    Int64(active),
                    firstAt,
                    lastAt,
                    try LatestFigures(row, from: 8)
                )
            )
        }
        for row in results[1] {
            let (_, accepted, rejected, work, best, active) = try row.decode((Int64, Int64, Int64, Double, Double, Int64).self)
            totals.user.tally = ShareTally(accepted: accepted, rejected: rejected, work: work, best: best)
            totals.user.daysActive = active
        }
        for day in corrections {
            totals.user.tally.add(day.day?.tally ?? ShareTally())
            if day.day?.tally.accepted ?? 0 > 0 { totals.user.daysActive += 1 }
        }
        totals.user.first = [first, span.firstAt].compactMap { $0 }.min()
        totals.user.last = [last, span.lastAcceptedAt].compactMap { $0 }.max()
        let user = totals.user
        // A row without shares says the same as no row.
        if user.tally.total > 0 || !totals.stored.isEmpty {
            totals.computed.append(summary(user.tally.total, user.tally, user.daysActive, user.first, user.last, totals.latest))
        }
        for result in results[2] {
            let (id, accepted, rejected, work, best, acceptedByDay, rejectedByDay, workByDay, bestByDay) = try result.decode(
                (Int64, Int64, Int64, Double, Double, Int64, Int64, Double, Double).self
            )
            var tally = ShareTally(accepted: acceptedByDay, rejected: rejectedByDay, work: workByDay, best: bestByDay)
            for day in corrections { tally.add(day.workers[id] ?? ShareTally()) }
            totals.workers[id] = tally
            totals.stored.append(worker(id, ShareTally(accepted: accepted, rejected: rejected, work: work, best: best)))
            totals.computed.append(worker(id, tally))
        }
        return totals
    }

    private func latest(day: PostgresRows, week: PostgresRows, workers: PostgresRows) throws -> LatestFigures {
        var latest = LatestFigures()
        if let row = day.first {
            let (day, total, accepted, best) = try row.decode((UTCDay, Int64, Int64, Double).self)
            (latest.day, latest.dayTotal, latest.dayAccepted, latest.dayBest) = (day, total, accepted, best)
        }
        for correction in corrections {
            guard let tally = correction.day?.tally, tally.total > 0, latest.day.map({ $0 < correction.key.day }) ?? true else { continue }
            latest.day = correction.key.day
            (latest.dayTotal, latest.dayAccepted, latest.dayBest) = (tally.total, tally.accepted, tally.best)
        }
        if let row = week.first {
            let (week, best) = try row.decode((String, Double).self)
            (latest.week, latest.weekBest) = (ISOWeek(week), best)
        }
        latest.workersTotal = try workers.value(Int32.self) ?? 0
        return latest
    }

    /// Statements that store totals.
    func write(_ totals: Totals) -> [SQL] {
        let (user, latest) = (totals.user, totals.latest)
        let workers = totals.workers.sorted { $0.key < $1.key }
        return [
            """
            update user_share_totals t set total_shares = \(user.tally.total), accepted_shares = \(user.tally.accepted),
                rejected_shares = \(user.tally.rejected), work = \(user.tally.work), best_diff = \(user.tally.best),
                best_diff_at = (select min(d.best_diff_at) from user_daily_stats d where d.user_id = t.user_id and d.best_diff = \(user.tally.best)),
                days_active = \(Int32(user.daysActive)), first_share_at = \(user.first), last_share_at = \(user.last),
                latest_day = \(latest.day), day_total_shares = \(latest.dayTotal), day_accepted_shares = \(latest.dayAccepted),
                day_best_diff = \(latest.dayBest), latest_week = \(latest.week?.description), week_best_diff = \(latest.weekBest),
                workers_total = \(latest.workersTotal)
            where user_id = \(self.user)
            """,
            """
            update workers w set accepted_shares = d.accepted, rejected_shares = d.rejected, total_work = d.work, best_diff = d.best
            from unnest(\(workers.map(\.key)), \(workers.map(\.value.accepted)), \(workers.map(\.value.rejected)),
                        \(workers.map(\.value.work)), \(workers.map(\.value.best))) as d (id, accepted, rejected, work, best)
            where w.id = d.id
            """,
        ]
    }

    private func summary(
        _ total: Int64,
        _ tally: ShareTally,
        _ active: Int64,
        _ first: Instant?,
        _ last: Instant?,
        _ latest: LatestFigures
    ) -> RollupRow {
        RollupRow(
            table: "user_share_totals",
            key: "user \(user)",
            columns: [
                ("total_shares", .count(total)), ("accepted_shares", .count(tally.accepted)), ("rejected_shares", .count(tally.rejected)),
                ("work", .sum(tally.work)), ("best_diff", .maximum(tally.best)), ("days_active", .count(active)),
                ("first_share_at", .instant(first)), ("last_share_at", .instant(last)), ("latest_day", .period(latest.day?.description)),
                ("day_total_shares", .count(latest.dayTotal)), ("day_accepted_shares", .count(latest.dayAccepted)),
                ("day_best_diff", .maximum(latest.dayBest)), ("latest_week", .period(latest.week?.description)),
                ("week_best_diff", .maximum(latest.weekBest)), ("workers_total", .count(Int64(latest.workersTotal))),
            ]
        )
    }

    private func worker(_ id: Int64, _ tally: ShareTally) -> RollupRow {
        RollupRow(
            table: "workers",
            key: "worker \(id)",
            columns: [
                ("accepted_shares", .count(tally.accepted)), ("rejected_shares", .count(tally.rejected)), ("total_work", .sum(tally.work)),
                ("best_diff", .maximum(tally.best)),
            ]
        )
    }
}
