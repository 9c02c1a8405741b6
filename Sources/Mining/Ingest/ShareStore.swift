import Bitcoin
import Foundation
import GameRules
import Platform
import Postgres

/// The SQL of a batch of shares (spec 03a §6.2). Every statement works on the whole batch at once, so its cost does not depend on
/// how many shares exist; rows are given in key order, so that two processes lock them in the same order.
package struct ShareStore: Sendable {
    /// A worker is online for so long after an accepted share, unless the settings say otherwise.
    package static let onlineSeconds: Int64 = 300

    /// The same by the settings (spec 03 §6.2).
    private let silence: Int64

    package init(silence: Int64 = onlineSeconds) {
        self.silence = silence
    }

    // MARK: shares

    static let columns: [StaticString] = [
        "time", "btc_address", "worker_name", "difficulty", "share_diff", "is_valid", "nonce", "nonce2", "block_hash", "source", "region",
        "event_id", "user_id", "worker_id", "reject_reason",
    ]

    /// Copies rows that are all expected to be new.
    /// - Throws: a unique violation when any of them is stored already; nothing is stored then.
    func copy(_ shares: [OwnedShare], in transaction: PostgresTransaction) async throws {
        var writer = CopyWriter(reservingBytes: shares.count * 300)
        for share in shares {
            writer.append(
                share.time,
                share.address,
                share.workerName,
                share.difficulty,
                share.achieved,
                share.isAccepted,
                share.nonce,
                share.nonce2,
                share.hash,
                share.source,
                share.region,
                share.eventID,
                share.userID,
                share.workerID,
                share.rejectReason
            )
        }
        try await transaction.copy(into: "shares", columns: Self.columns, rows: writer)
    }

    /// Stores what is new and answers the keys of exactly those rows.
    func insertNew(_ shares: [OwnedShare], in transaction: PostgresTransaction) async throws -> Set<OwnedShare.Key> {
        let rows = try await transaction.query(
            """
            insert into shares (time, btc_address, worker_name, difficulty, share_diff, is_valid, nonce, nonce2, block_hash, source, region,
                                event_id, user_id, worker_id, reject_reason)
            select * from unnest(\(shares.map(\.time)), \(shares.map(\.address)), \(shares.map(\.workerName)), \(shares.map(\.difficulty)),
                                 \(shares.map(\.achieved)), \(shares.map(\.isAccepted)), \(shares.map(\.nonce)), \(shares.map(\.nonce2)),
                                 \(shares.map(\.hash)), \(shares.map(\.source)), \(shares.map(\.region)), \(shares.map(\.eventID)),
                                 \(shares.map(\.userID)), \(shares.map(\.workerID)), \(shares.map(\.rejectReason)))
            on conflict do nothing returning user_id, time, event_id
            """
        )
        var keys: Set<OwnedShare.Key> = []
        for row in rows {
            let (user, time, event) = try row.decode((UserID, Instant, UUID).self)
            keys.insert(OwnedShare.Key(userID: user, time: time, eventID: event))
        }
        return keys
    }

    /// Marks shares that were all-time bests when processed.
    func markBests(_ keys: [OwnedShare.Key]) -> SQL {
        """
        update shares s set is_best = true
        from unnest(\(keys.map(\.userID)), \(keys.map(\.time)), \(keys.map(\.eventID))) as b (user_id, time, event_id)
        where s.user_id = b.user_id and s.time = b.time and s.event_id = b.event_id
        and s.time between \(keys.map(\.time).min() ?? .unixEpoch) and \(keys.map(\.time).max() ?? .unixEpoch)
        """
    }

    // MARK: roll-ups

    /// Adds to the totals, of all time and of each user's latest day, and, by touching these rows first, keeps other batches of the same
    /// users out until commit. Answers user, best before.
    func addTotals(_ delta: BatchDelta) -> SQL {
        let users = delta.users.sorted { $0.key < $1.key }
        let latest = delta.latestDays
        let days = users.map { latest[$0.key] }
        return """
            insert into user_share_totals as t (user_id, total_shares, accepted_shares, rejected_shares, work, best_diff, best_diff_at,
                                                first_share_at, last_share_at, latest_day, day_total_shares, day_accepted_shares, day_best_diff)
            select * from unnest(\(users.map(\.key)), \(users.map(\.value.tally.total)), \(users.map(\.value.tally.accepted)),
                                 \(users.map(\.value.tally.rejected)), \(users.map(\.value.tally.work)), \(users.map(\.value.tally.best)),
                                 \(users.map(\.value.tally.bestAt)), \(users.map(\.value.firstAt)), \(users.map(\.value.lastAcceptedAt)),
                                 \(days.map { $0?.day }), \(days.map { $0?.tally.total ?? 0 }), \(days.map { $0?.tally.accepted ?? 0 }),
                                 \(days.map { $0?.tally.best ?? 0 }))
            on conflict (user_id) do update set
                total_shares = t.total_shares + excluded.total_shares,
                accepted_shares = t.accepted_shares + excluded.accepted_shares,
                rejected_shares = t.rejected_shares + excluded.rejected_shares,
                work = t.work + excluded.work,
                best_before = t.best_diff,
                best_diff = greatest(t.best_diff, excluded.best_diff),
                best_diff_at = case when excluded.best_diff > t.best_diff then excluded.best_diff_at else t.best_diff_at end,
                first_share_at = least(t.first_share_at, excluded.first_share_at),
                last_share_at = greatest(t.last_share_at, excluded.last_share_at),
                latest_day = greatest(t.latest_day, excluded.latest_day),
                day_total_shares = case when t.latest_day = excluded.latest_day then t.day_total_shares + excluded.day_total_shares
                                        when t.latest_day > excluded.latest_day then t.day_total_shares
                                        else excluded.day_total_shares end,
                day_accepted_shares = case when t.latest_day = excluded.latest_day then t.day_accepted_shares + excluded.day_accepted_shares
                                           when t.latest_day > excluded.latest_day then t.day_accepted_shares
                                           else excluded.day_accepted_shares end,
                day_best_diff = case when t.latest_day = excluded.latest_day then greatest(t.day_best_diff, excluded.day_best_diff)
                                     when t.latest_day > excluded.latest_day then t.day_best_diff
                                     else excluded.day_best_diff end
            returning user_id, best_before
            """
    }

    /// Keeps everybody else from changing anything of some users that shares or workers make, until the transaction ends: a batch takes these
    /// rows, in this order, before any other of the users'.
    static func lockTotals(of users: some Sequence<UserID>) -> [SQL] {
        let users = users.sorted()
        return [
            "insert into user_share_totals (user_id) select unnest(\(users)) on conflict do nothing",
            "select 1 from user_share_totals where user_id = any(\(users)) order by user_id for no key update",
        ]
    }

    func addDaysActive(_ counts: [(key: UserID, value: Int32)]) -> SQL {
        """
        update user_share_totals t set days_active = t.days_active + d.count
        from unnest(\(counts.map(\.key)), \(counts.map(\.value))) as d (user_id, count) where t.user_id = d.user_id
        """
    }

    /// Answers user, worker, day, accepted shares after the change.
    func addWorkerDays(_ days: [(key: BatchDelta.WorkerDay, value: ShareTally)]) -> SQL {
        """
        insert into daily_shares as t (user_id, worker_id, bucket, total_shares, accepted_shares, rejected_shares, work, best_diff)
        select * from unnest(\(days.map(\.key.user)), \(days.map(\.key.worker)), \(days.map(\.key.day)), \(days.map(\.value.total)),
                             \(days.map(\.value.accepted)), \(days.map(\.value.rejected)), \(days.map(\.value.work)), \(days.map(\.value.best)))
        on conflict (user_id, bucket, worker_id) do update set
            total_shares = t.total_shares + excluded.total_shares,
            accepted_shares = t.accepted_shares + excluded.accepted_shares,
            rejected_shares = t.rejected_shares + excluded.rejected_shares,
            work = t.work + excluded.work,
            best_diff = greatest(t.best_diff, excluded.best_diff)
        returning user_id, worker_id, bucket, accepted_shares
        """
    }

    func addRejects(_ rejects: [(key: BatchDelta.WorkerReject, value: Int64)]) -> SQL {
        """
        insert into worker_rejects as t (worker_id, bucket, reason, rejected_shares)
        select * from unnest(\(rejects.map(\.key.worker)), \(rejects.map(\.key.day)), \(rejects.map(\.key.reason)), \(rejects.map(\.value)))
        on conflict (worker_id, bucket, reason) do update set rejected_shares = t.rejected_shares + excluded.rejected_shares
        """
    }

    func addHours(_ hours: [(key: BatchDelta.UserHour, value: ShareTally)]) -> SQL {
        """
        insert into hourly_shares as t (user_id, bucket, total_shares, accepted_shares, rejected_shares, work, share_diff_sum, best_diff)
        select * from unnest(\(hours.map(\.key.user)), \(hours.map(\.key.hour.start)), \(hours.map(\.value.total)), \(hours.map(\.value.accepted)),
                             \(hours.map(\.value.rejected)), \(hours.map(\.value.work)), \(hours.map(\.value.achievedSum)), \(hours.map(\.value.best)))
        on conflict (user_id, bucket) do update set
            total_shares = t.total_shares + excluded.total_shares,
            accepted_shares = t.accepted_shares + excluded.accepted_shares,
            rejected_shares = t.rejected_shares + excluded.rejected_shares,
            work = t.work + excluded.work,
            share_diff_sum = t.share_diff_sum + excluded.share_diff_sum,
            best_diff = greatest(t.best_diff, excluded.best_diff)
        """
    }

    /// An accepted share also switches its worker on, unless it is older than the time a worker may be silent or than the last disconnect (spec 03a §8.1).
    /// Answers worker, whether this batch switched it on.
    func addWorkers(_ workers: [(key: Int64, value: BatchDelta.Worker)], now: Instant) -> SQL {
        """
        update workers w set
            is_online = w.is_online or coalesce(d.wakes, false),
            connected_at = case when d.wakes and not w.is_online then d.last_share else w.connected_at end,
            accepted_shares = w.accepted_shares + d.accepted,
            rejected_shares = w.rejected_shares + d.rejected,
            total_work = w.total_work + d.work,
            best_diff = greatest(w.best_diff, d.best),
            best_diff_at = case when d.best > w.best_diff then d.best_at else w.best_diff_at end,
            last_share = greatest(w.last_share, d.last_share),
            last_seen = greatest(w.last_seen, d.seen_at),
            current_diff = case when w.last_seen is null or d.seen_at >= w.last_seen then d.difficulty else w.current_diff end,
            archived_at = null
        from (
            select d.*, b.is_online as was_online, d.last_share > \(now.adding(seconds: -silence))
                and (b.disconnected_at is null or d.last_share > b.disconnected_at) as wakes
            from unnest(\(workers.map(\.key)), \(workers.map(\.value.tally.accepted)), \(workers.map(\.value.tally.rejected)),
                        \(workers.map(\.value.tally.work)), \(workers.map(\.value.tally.best)), \(workers.map(\.value.tally.bestAt)),
                        \(workers.map(\.value.lastAcceptedAt)), \(workers.map(\.value.difficulty)), \(workers.map(\.value.difficultyAt)))
                as d (id, accepted, rejected, work, best, best_at, last_share, difficulty, seen_at)
            join workers b on b.id = d.id
        ) d
        where w.id = d.id
        returning w.id, coalesce(d.wakes, false) and not d.was_online
        """
    }

    func addPoolHours(_ hours: [(key: UTCHour, value: BatchDelta.PoolHour)]) -> [SQL] {
        hours.map { hour, delta in
            """
            insert into pool_hourly as t (bucket, total_shares, accepted_shares, rejected_shares, work, share_diff_sum, best_diff, diff_hist)
            values (\(hour.start), \(delta.tally.total), \(delta.tally.accepted), \(delta.tally.rejected), \(delta.tally.work),
                    \(delta.tally.achievedSum), \(delta.tally.best), \(delta.decades.counts))
            on conflict (bucket) do update set
                total_shares = t.total_shares + excluded.total_shares,
                accepted_shares = t.accepted_shares + excluded.accepted_shares,
                rejected_shares = t.rejected_shares + excluded.rejected_shares,
                work = t.work + excluded.work,
                share_diff_sum = t.share_diff_sum + excluded.share_diff_sum,
                best_diff = greatest(t.best_diff, excluded.best_diff),
                diff_hist = (select array_agg(a + b order by i) from unnest(t.diff_hist, excluded.diff_hist) with ordinality as h (a, b, i))
            """
        }
    }
}
