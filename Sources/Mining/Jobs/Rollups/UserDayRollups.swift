import Bitcoin
import GameRules

/// Everything derived from one user's shares of one day, folded by the rules of ingest.
struct UserDayRollups: Sendable {
    let key: BatchDelta.UserDay
    /// Nil when the day has neither shares nor minutes of the evening before.
    private(set) var day: BatchDelta.Day?
    private(set) var hours: [UTCHour: ShareTally] = [:]
    /// By worker.
    private(set) var workers: [Int64: ShareTally] = [:]
    private(set) var rejects: [BatchDelta.WorkerReject: Int64] = [:]
    private(set) var span = BatchDelta.User()

    init(key: BatchDelta.UserDay) {
        self.key = key
    }

    /// The shares that matter to a day: its own, and those whose minutes run over midnight.
    static func shares(of day: UTCDay) -> Range<Instant> {
        day.start.adding(seconds: -60 * Int64(PresenceMinutes.minutesPerShare))..<day.end
    }

    mutating func add(_ shares: [OwnedShare]) {
        let delta = BatchDelta(shares)
        if let folded = delta.days[key] { day = day.map { $0.merged(with: folded) } ?? folded }
        for (hour, tally) in delta.hours where hour.hour.day == key.day { hours[hour.hour, default: ShareTally()].add(tally) }
        for (worker, tally) in delta.workerDays where worker.day == key.day { workers[worker.worker, default: ShareTally()].add(tally) }
        for (reject, count) in delta.rejects where reject.day == key.day { rejects[reject, default: 0] += count }
        for share in shares where key.day.contains(share.time) { span.add(share) }
    }

    /// Workers with an accepted share.
    var workersSeen: Int32 { Int32(workers.values.count { $0.accepted > 0 }) }

    /// The rows as they should be stored.
    var rows: [RollupRow] {
        var rows: [RollupRow] = []
        if let day {
            rows.append(.day(key, day.tally, decades: day.decades.counts, presence: day.presence, workersSeen: workersSeen))
        }
        rows += hours.map { .hour(key.user, $0.key, $0.value) }
        rows += workers.map { .workerDay(key, $0.key, $0.value) }
        rows += rejects.map { .reject($0.key, $0.value) }
        return rows
    }
}

extension BatchDelta.Day {
    func merged(with other: BatchDelta.Day) -> BatchDelta.Day {
        var day = self
        day.tally.add(other.tally)
        day.decades.add(other.decades)
        day.presence.formUnion(other.presence)
        return day
    }
}

extension RollupRow {
    static func day(
        _ key: BatchDelta.UserDay,
        _ tally: ShareTally,
        decades: [Int64],
        presence: PresenceMinutes,
        workersSeen: Int32
    ) -> RollupRow {
        RollupRow(
            table: "user_daily_stats",
            key: "user \(key.user) day \(key.day)",
            columns: counts(tally) + [
                ("total_work", .sum(tally.work)), ("share_diff_sum", .sum(tally.achievedSum)), ("best_diff", .maximum(tally.best)),
                ("best_diff_at", .instant(tally.bestAt)), ("diff_hist", .counts(decades)), ("presence", .minutes(presence)),
                ("uptime_minutes", .count(Int64(presence.minutes))), ("workers_seen", .count(Int64(workersSeen))),
            ]
        )
    }

    static func hour(_ user: UserID, _ hour: UTCHour, _ tally: ShareTally) -> RollupRow {
        RollupRow(
            table: "hourly_shares",
            key: "user \(user) hour \(hour)",
            columns: counts(tally) + [
                ("work", .sum(tally.work)), ("share_diff_sum", .sum(tally.achievedSum)), ("best_diff", .maximum(tally.best)),
            ]
        )
    }

    static func workerDay(_ key: BatchDelta.UserDay, _ worker: Int64, _ tally: ShareTally) -> RollupRow {
        RollupRow(
            table: "daily_shares",
            key: "worker \(worker) day \(key.day)",
            columns: counts(tally) + [("work", .sum(tally.work)), ("best_diff", .maximum(tally.best))]
        )
    }

    static func reject(_ key: BatchDelta.WorkerReject, _ count: Int64) -> RollupRow {
        RollupRow(
            table: "worker_rejects",
            key: "worker \(key.worker) day \(key.day) reason \(key.reason)",
            columns: [("rejected_shares", .count(count))]
        )
    }

    static func poolHour(_ hour: UTCHour, _ tally: ShareTally, decades: [Int64]) -> RollupRow {
        RollupRow(
            table: "pool_hourly",
            key: "hour \(hour)",
            columns: counts(tally) + [
                ("work", .sum(tally.work)), ("share_diff_sum", .sum(tally.achievedSum)), ("best_diff", .maximum(tally.best)),
                ("diff_hist", .counts(decades)),
            ]
        )
    }

    static func counts(_ tally: ShareTally) -> [(name: String, value: Value)] {
        [
            ("total_shares", .count(tally.total)), ("accepted_shares", .count(tally.accepted)), ("rejected_shares", .count(tally.rejected)),
        ]
    }
}
