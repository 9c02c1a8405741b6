import FeatureRig
import GameRules
import LocalServers
import Platform
import Postgres
import Testing

@testable import Mining

/// What is asked of workers, bests and days is found by key, and no share is read for it (spec 03a §11).
@Suite("Plans of workers and difficulties", .serialized)
struct MinerPlanTests {
    /// Tables large enough that scanning them would not pay; the first user has 500 workers and 90 days.
    private func fill(_ rig: MiningRig, _ user: UserID) async throws {
        let now = rig.clock.now
        let today = UTCDay(containing: now)
        let week = BestKey(user: user, timeframe: .week, day: today).period
        for statement: SQL in [
            "insert into users (btc_address, created_at, updated_at) select 'other' || n, \(now), \(now) from generate_series(1, 1000) n",
            "insert into workers (user_id, worker_name) select id, 'rig' || n from users, generate_series(1, 5) n",
            "insert into workers (user_id, worker_name) select \(user), 'rig' || n from generate_series(6, 500) n",
            """
            insert into personal_bests (user_id, timeframe, period_key, best_difficulty, share_time, created_at, updated_at)
            select id, 'week', \(week), id, \(now), \(now), \(now) from users
            union all
            select id, 'week', '2024-W' || n, id, \(now), \(now), \(now) from users, generate_series(1, 52) n
            """,
            """
            insert into user_daily_stats (user_id, day, diff_hist, presence, updated_at)
            select id, \(today) - n, array_fill(1::bigint, array[16]), decode(repeat('00', 180), 'hex'), \(now)
            from users, generate_series(0, 89) n where n < 5 or id = \(user)
            """,
            """
            insert into worker_rejects (worker_id, bucket, reason, rejected_shares)
            select id, \(today) - day, 'reason ' || n, n from workers, generate_series(0, 5) day, generate_series(1, 3) n
            """,
            "insert into user_share_totals (user_id) select id from users on conflict do nothing",
        ] { try await rig.execute(statement) }
        _ = try await rig.runtime.database.execute("vacuum analyze")
    }

    @Test("Every statement is answered by keys, and reads as many rows as it answers")
    func plans() async throws {
        try await MiningRig.run { rig in
            let user = try await rig.miner().user
            try await fill(rig, user)
            let today = UTCDay(containing: rig.clock.now)
            let week = BestKey(user: user, timeframe: .week, day: today)
            let keys = BestTimeframe.allCases.map { BestKey(user: user, timeframe: $0, day: today) }
            let statements: [(name: String, sql: SQL, relations: Set<String>, rows: Int64)] = [
                ("workers", WorkerReadStore.selectAll(of: user), ["workers"], 500),
                ("current workers", WorkerReadStore.selectCurrent(of: user), ["workers"], 500),
                ("reject reasons", WorkerReadStore.selectRejects(of: 1, since: today.advanced(by: -3)), ["worker_rejects"], 12),
                ("worker", WorkerReadStore.select(named: "rig7", of: user), ["workers"], 1),
                (
                    "statistics", ShareStatisticsStore.statement(user: user, today: today), ["user_share_totals", "user_daily_stats"], 2
                ),
                ("bests", BestReadStore.select(keys, of: user), ["personal_bests"], 3),
                ("distribution", DistributionStore.select(today.advanced(by: -89)...today, of: user), ["user_daily_stats"], 90),
            ]
            for (name, sql, relations, rows) in statements {
                let plan = try await QueryPlan.explain(sql, in: rig.runtime.database)
                #expect(plan.scanned.isEmpty, "\(name): \(plan.text)")
                #expect(plan.relations == relations, "\(name): \(plan.text)")
                #expect(plan.rowsRead <= rows, "\(name): \(plan.text)")
            }
            // Ten are above 991. Who of them is banned the database looks up as it likes: that costs as many rows as there are users at most.
            let above = try await QueryPlan.explain(BestReadStore.countAbove(week, 991), in: rig.runtime.database)
            #expect(!above.scanned.contains("personal_bests"), "\(above.text)")
            #expect(above.rowsRead { $0 == "personal_bests" } == 10, "\(above.text)")
        }
    }
}
