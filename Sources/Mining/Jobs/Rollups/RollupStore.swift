import Bitcoin
import Foundation
import GameRules
import Platform
import Postgres

/// The SQL that reads shares and derived rows to compare them. Only tools and the nightly audit run it, never a request.
struct RollupStore: Sendable {
    /// Shares read at once.
    static let step: Int32 = 5000

    /// Users that exist and have anything on a day.
    static func users(on day: UTCDay) -> SQL {
        let span = UserDayRollups.shares(of: day)
        return """
            select u.id from (
                select user_id from shares where time >= \(span.lowerBound) and time < \(span.upperBound)
                union select user_id from user_daily_stats where day = \(day)
                union select user_id from hourly_shares where bucket >= \(day.start) and bucket < \(day.end)
                union select user_id from daily_shares where bucket = \(day)
                union select w.user_id from worker_rejects r join workers w on w.id = r.worker_id where r.bucket = \(day)
            ) a join users u on u.id = a.user_id
            """
    }

    /// A page of a user's shares, oldest first.
    static func shares(of user: UserID, in span: Range<Instant>, after last: OwnedShare?) -> SQL {
        let time = last?.time ?? span.lowerBound
        let event = last?.eventID ?? UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        return """
            select time, event_id, worker_id, difficulty, share_diff, is_valid, reject_reason from shares
            where user_id = \(user) and time >= \(time) and time < \(span.upperBound) and (time, event_id) > (\(time), \(event))
            order by time, event_id limit \(step)
            """
    }

    static func shares(_ rows: PostgresRows, of user: UserID) throws -> [OwnedShare] {
        try rows.map { row in
            let (time, event, worker, difficulty, achieved, isAccepted, reason) = try row.decode(
                (Instant, UUID, Int64, Double, Double, Bool, String?).self
            )
            return OwnedShare(
                time: time,
                eventID: event,
                userID: user,
                workerID: worker,
                address: "",
                workerName: "",
                difficulty: difficulty,
                achieved: achieved,
                isAccepted: isAccepted,
                rejectReason: reason,
                source: "",
                region: ""
            )
        }
    }

    // MARK: stored rows

    /// The statements of ``rows(_:of:)``.
    static func stored(_ key: BatchDelta.UserDay) -> [SQL] {
        [
            """
            select total_shares, accepted_shares, rejected_shares, total_work, share_diff_sum, best_diff, best_diff_at, diff_hist, presence,
                   uptime_minutes, workers_seen
            from user_daily_stats where user_id = \(key.user) and day = \(key.day)
            """,
            """
            select bucket, accepted_shares, rejected_shares, work, share_diff_sum, best_diff from hourly_shares
            where user_id = \(key.user) and bucket >= \(key.day.start) and bucket < \(key.day.end)
            """,
            """
            select worker_id, accepted_shares, rejected_shares, work, best_diff from daily_shares
            where user_id = \(key.user) and bucket = \(key.day)
            """,
            """
            select r.worker_id, r.reason, r.rejected_shares from worker_rejects r join workers w on w.id = r.worker_id
            where w.user_id = \(key.user) and r.bucket = \(key.day)
            """,
        ]
    }

    static func rows(_ results: [PostgresRows], of key: BatchDelta.UserDay) throws -> [RollupRow] {
        var rows: [RollupRow] = []
        for row in results[0] {
            let (total, accepted, rejected, work, sum, best, bestAt, decades, presence, minutes, workers) = try row.decode(
                (Int64, Int64, Int64, Double, Double, Double, Instant?, [Int64], [UInt8], Int32, Int32).self
            )
            rows.append(
                RollupRow(
                    table: "user_daily_stats",
                    key: "user \(key.user) day \(key.day)",
                    columns: [
                        ("total_shares", .count(total)), ("accepted_shares", .count(accepted)), ("rejected_shares", .count(rejected)),
                        ("total_work", .sum(work)), ("share_diff_sum", .sum(sum)), ("best_diff", .maximum(best)),
                        ("best_diff_at", .instant(bestAt)), ("diff_hist", .counts(decades)),
                        ("presence", .minutes(PresenceMinutes(bytes: presence))), ("uptime_minutes", .count(Int64(minutes))),
                        ("workers_seen", .count(Int64(workers))),
                    ]
                )
            )
        }
        for row in results[1] {
            let (start, accepted, rejected, work, sum, best) = try row.decode((Instant, Int64, Int64, Double, Double, Double).self)
            let tally = ShareTally(accepted: accepted, rejected: rejected, work: work, achievedSum: sum, best: best)
            rows.append(.hour(key.user, UTCHour(containing: start), tally))
        }
        for row in results[2] {
            let (worker, accepted, rejected, work, best) = try row.decode((Int64, Int64, Int64, Double, Double).self)
            rows.append(.workerDay(key, worker, ShareTally(accepted: accepted, rejected: rejected, work: work, best: best)))
        }
        for row in results[3] {
            let (worker, reason, count) = try row.decode((Int64, String, Int64).self)
            rows.append(.reject(.init(worker: worker, day: key.day, reason: reason), count))
        }
        return rows
    }

    /// Removes what is stored of a user's day.
    static func remove(_ key: BatchDelta.UserDay) -> [SQL] {
        [
            "delete from user_daily_stats where user_id = \(key.user) and day = \(key.day)",
            "delete from hourly_shares where user_id = \(key.user) and bucket >= \(key.day.start) and bucket < \(key.day.end)",
            "delete from daily_shares where user_id = \(key.user) and bucket = \(key.day)",
            """
            delete from worker_rejects r using workers w
            where w.id = r.worker_id and w.user_id = \(key.user) and r.bucket = \(key.day)
            """,
        ]
    }
}
