import FeatureRig
import GameRules
import Platform
import Postgres
import Testing

@testable import Mining

/// A miner with 60,000 shares in nine days, one every twelve seconds, among 40,000 of fifty others; their roll-ups as ingest keeps them.
///
/// The n-th newest share of the miner has achieved 100 + n. Even ones come from `rig0`, odd ones from `rig1`; one in a thousand is rejected.
struct ShareFixture: Sendable {
    static let count = 60_000
    static let seconds: Int64 = 12

    let miner: RigMiner
    /// Of `rig0`.
    let worker: Int64

    init(_ rig: MiningRig) async throws {
        let miner = try await rig.miner()
        let newest = rig.clock.now
        for statement: SQL in [
            "insert into users (btc_address, created_at, updated_at) select 'other' || n, \(newest), \(newest) from generate_series(1, 50) n",
            "insert into workers (user_id, worker_name) select id, 'rig' || n from users, generate_series(0, 1) n",
            """
            insert into shares (time, btc_address, worker_name, difficulty, share_diff, is_valid, reject_reason, event_id, user_id, worker_id)
            select \(newest) - make_interval(secs => n * 12), \(miner.address), worker_name, 100, 100 + n, n % 1000 <> 999,
                   case when n % 1000 = 999 then 'stale' end, ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, user_id, w.id
            from generate_series(0, 59999) n join workers w on w.user_id = \(miner.user) and w.worker_name = 'rig' || n % 2
            """,
            """
            insert into shares (time, btc_address, worker_name, difficulty, share_diff, event_id, user_id, worker_id)
            select \(newest) - make_interval(secs => n * 900), 'other', worker_name, 100, 200, gen_random_uuid(), user_id, id
            from generate_series(1, 800) n, workers where user_id <> \(miner.user) and worker_name = 'rig0'
            """,
            """
            insert into user_daily_stats (user_id, day, total_shares, accepted_shares, rejected_shares, diff_hist, presence, updated_at)
            select user_id, (time at time zone 'UTC')::date, count(*), count(*) filter (where is_valid), count(*) filter (where not is_valid),
                   array_fill(1::bigint, array[16]), decode(repeat('00', 180), 'hex'), \(newest) from shares group by 1, 2
            """,
            """
            insert into daily_shares (user_id, worker_id, bucket, total_shares, accepted_shares, rejected_shares, work, best_diff)
            select user_id, worker_id, (time at time zone 'UTC')::date, count(*), count(*) filter (where is_valid),
                   count(*) filter (where not is_valid), 0, 0 from shares group by 1, 2, 3
            """,
            """
            insert into user_share_totals (user_id, total_shares, first_share_at, last_share_at)
            select user_id, count(*), min(time), max(time) from shares group by 1
            on conflict (user_id) do update set total_shares = excluded.total_shares, first_share_at = excluded.first_share_at,
                last_share_at = excluded.last_share_at
            """,
        ] { try await rig.execute(statement) }
        _ = try await rig.runtime.database.execute("analyze")
        let rows = try await rig.runtime.database.query("select id from workers where user_id = \(miner.user) and worker_name = 'rig0'")
        worker = try #require(try rows.value(Int64.self))
        self.miner = miner
    }
}
