import Foundation
import GameRules
import Platform
import Postgres

/// Very many shares that have been there for long: rows spread over days and over users with two workers each, and the roll-ups that belong
/// to them, made inside the database.
struct ShareLoad {
    let count: Int
    /// The users, those first who mine while something is measured.
    let addresses: [String]

    static let days = 60
    /// Days at work at once, a connection each.
    private static let connections = 2

    /// Makes the users and their workers, and nothing else.
    func makeMiners(_ database: PostgresClient) async throws {
        try await database.execute(
            "truncate users, shares, hourly_shares, daily_shares, pool_hourly, weekly_best_diff restart identity cascade"
        )
        try await database.execute(
            """
            insert into users (btc_address, created_at, updated_at)
            select address, now() - interval '90 days', now() from unnest(\(addresses)) with ordinality as a (address, n) order by n
            """
        )
        try await database.execute(
            """
            insert into workers (user_id, worker_name, first_seen)
            select id, 'rig-' || k, now() - interval '90 days' from users, generate_series(1, 2) k order by id, k
            """
        )
    }

    /// Loads everything. What is not yet on the disk when this ends is not waited for while measuring: a checkpoint is.
    func load(_ rig: Rig, _ database: PostgresClient) async throws {
        let now = Clock.system.now()
        let keeper = TimeTableKeeper(database: database)
        for day in 0...Self.days + 1 { try await keeper.makeRanges(at: now.adding(seconds: -Int64(day) * 86_400)) }
        try await rig.psql("alter system set fsync = off", "alter system set full_page_writes = off", "select pg_reload_conf()")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in 0..<Self.connections {
                group.addTask {
                    for day in stride(from: connection, to: Self.days, by: Self.connections) { try await loadDay(day, rig) }
                }
            }
            try await group.waitForAll()
        }
        async let days: Void = rollUpDays(rig)
        async let hours: Void = rollUpHours(rig)
        _ = try await (days, hours)
        try await rig.psql(
            "alter system reset fsync",
            "alter system reset full_page_writes",
            "select pg_reload_conf()",
            "vacuum (analyze)",
            "checkpoint"
        )
    }

    /// The 24 hours that ended so many days ago, oldest share first, each of a user by chance.
    private func loadDay(_ day: Int, _ rig: Rig) async throws {
        let rows = count / Self.days
        try await rig.psql(
            "set synchronous_commit = off",
            """
            insert into shares (time, btc_address, worker_name, difficulty, share_diff, is_valid, nonce, nonce2, block_hash, event_id, user_id,
                                worker_id, reject_reason)
            select date_trunc('hour', now()) - interval '\(day + 1) days' + n * (interval '1 day' / \(rows)), u.btc_address, 'rig-' || 1 + n % 2,
                   1024, 1024 / (random() + 1e-9), n % 100 <> 0, '5f3c0a1b', '5f3c0a1b5f3c0a1b',
                   '00000000' || md5(n::text) || '000000000000000000000000', gen_random_uuid(), u.id, 2 * u.id - 1 + n % 2,
                   case when n % 100 = 0 then 'stale' end
            from (select n, 1 + floor(random() * \(addresses.count))::bigint as number from generate_series(0, \(rows - 1)) n offset 0) s
            join users u on u.id = s.number
            """
        )
    }

    private static let sums =
        "count(*), count(*) filter (where is_valid), count(*) filter (where not is_valid), coalesce(sum(least(difficulty, share_diff)) filter (where is_valid), 0)"
    private static let settings = "set work_mem = '1GB'"

    private func rollUpDays(_ rig: Rig) async throws {
        try await rig.psql(
            Self.settings,
            """
            insert into daily_shares (user_id, worker_id, bucket, total_shares, accepted_shares, rejected_shares, work, best_diff)
            select user_id, worker_id, (time at time zone 'UTC')::date, \(Self.sums), coalesce(max(share_diff) filter (where is_valid), 0)
            from shares group by 1, 2, 3
            """,
            """
            insert into user_daily_stats (user_id, day, total_shares, accepted_shares, rejected_shares, total_work, best_diff, diff_hist, presence,
                                          updated_at)
            select user_id, bucket, sum(total_shares), sum(accepted_shares), sum(rejected_shares), sum(work), max(best_diff),
                   array_fill(1::bigint, array[16]), decode(repeat('ff', 180), 'hex'), now()
            from daily_shares group by 1, 2
            """,
            """
            insert into user_share_totals (user_id, total_shares, accepted_shares, rejected_shares, work, best_diff, best_diff_at, days_active,
                                           first_share_at, last_share_at, latest_day, day_total_shares, day_accepted_shares, day_best_diff)
            select t.*, d.total_shares, d.accepted_shares, d.best_diff
            from (select user_id, sum(total_shares), sum(accepted_shares), sum(rejected_shares), sum(total_work), max(best_diff), now(),
                         count(*), min(day), max(day), max(day) as latest_day
                  from user_daily_stats group by 1) t
            join user_daily_stats d on d.user_id = t.user_id and d.day = t.latest_day
            on conflict (user_id) do update set
                total_shares = excluded.total_shares, accepted_shares = excluded.accepted_shares, rejected_shares = excluded.rejected_shares,
                work = excluded.work, best_diff = excluded.best_diff, best_diff_at = excluded.best_diff_at,
                days_active = excluded.days_active, first_share_at = excluded.first_share_at, last_share_at = excluded.last_share_at,
                latest_day = excluded.latest_day, day_total_shares = excluded.day_total_shares,
                day_accepted_shares = excluded.day_accepted_shares, day_best_diff = excluded.day_best_diff
            """,
            """
            insert into worker_rejects (worker_id, bucket, reason, rejected_shares)
            select worker_id, bucket, 'stale', rejected_shares from daily_shares where rejected_shares > 0
            """
        )
    }

    private func rollUpHours(_ rig: Rig) async throws {
        try await rig.psql(
            Self.settings,
            """
            insert into hourly_shares (user_id, bucket, total_shares, accepted_shares, rejected_shares, work, share_diff_sum, best_diff)
            select user_id, date_trunc('hour', time, 'UTC'), \(Self.sums), sum(share_diff), max(share_diff) from shares group by 1, 2
            """,
            """
            insert into pool_hourly (bucket, total_shares, accepted_shares, rejected_shares, work, share_diff_sum, best_diff, diff_hist)
            select bucket, sum(total_shares), sum(accepted_shares), sum(rejected_shares), sum(work), sum(share_diff_sum), max(best_diff),
                   array_fill(1::bigint, array[16])
            from hourly_shares group by 1
            """
        )
    }

    /// What there is, in words.
    func description(_ rig: Rig) async throws -> String {
        let facts = try await rig.psql(
            """
            select count(*) || ' days, ' || pg_size_pretty(sum(pg_total_relation_size(inhrelid))) || ' with indexes'
            from pg_inherits where inhparent = 'shares'::regclass and pg_relation_size(inhrelid) > 0
            """
        )
        return facts.trimmingCharacters(in: .newlines)
    }
}
