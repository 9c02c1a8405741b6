import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Testing

@testable import Mining

/// Derived tables against the shares they are made of (spec 03 §6).
@Suite("Rebuilding of roll-ups")
struct RollupRebuildTests {
    private static let today = UTCDay(containing: MiningRig.start)
    private static let days = today.advanced(by: -3)...today

    /// Three days of two miners: several workers, evenings past midnight, rejected shares, a second delivery.
    private func mine(_ rig: MiningRig) async throws -> [RigMiner] {
        let miners = [try await rig.miner(), try await rig.miner(RigAddress.second)]
        for (index, miner) in miners.enumerated() {
            for day in Self.days.dropFirst() {
                let start = day.start
                let shares = [
                    try rig.share(of: miner, 1000, 1500 + Double(index), at: start),
                    try rig.share(of: miner, 1000, 9e6, at: start.adding(seconds: 3599)),
                    try rig.share(of: miner, 0.125, 0.375, worker: "rig2", at: start.adding(seconds: 7200)),
                    try rig.share(of: miner, 0.5, 0.75, worker: "rig2", at: start.adding(seconds: 7201)),
                    try rig.share(of: miner, 1000, 5, worker: "bad", accepted: false, at: start.adding(seconds: 7300)),
                    try rig.share(of: miner, 1000, 5, worker: "bad", accepted: false, reason: "duplicate", at: start.adding(seconds: 7301)),
                    try rig.share(of: miner, 2000, 4000, at: day.end.adding(seconds: -100)),
                ]
                try await rig.apply(shares.reversed())
                try await rig.apply(shares)
            }
        }
        return miners
    }

    private func differences(
        _ rig: MiningRig,
        mends: Bool = false,
        _ days: ClosedRange<UTCDay> = days
    ) async throws -> [RollupDifference] {
        var told: [RollupDifference] = []
        let count = try await RollupRebuild(database: rig.runtime.database).run(days, mends: mends, now: rig.clock.now) { told.append($0) }
        #expect(count == told.count)
        return told
    }

    @Test("A healthy database differs in nothing, and mending it changes nothing")
    func healthy() async throws {
        try await MiningRig.run { rig async throws in
            let miners = try await mine(rig)
            #expect(try await differences(rig) == [])
            let before = try await dump(rig)
            #expect(try await differences(rig, mends: true) == [])
            #expect(try await dump(rig) == before)
            // The day after knows minutes of the evening only.
            let next = Self.today.next
            rig.clock.set(next.start.adding(seconds: 60))
            #expect(try await differences(rig, next...next) == [])
            // Shares of who has left are nobody's.
            try await rig.execute("delete from users where id = \(miners[1].user)")
            #expect(try await differences(rig) == [])
        }
    }

    @Test("Records, blocks, sessions and targets told without a share are in no sum")
    func beside() async throws {
        try await MiningRig.run { rig async throws in
            let miner = try await mine(rig)[0]
            let who = #""user":"\#(miner.address)","worker":"rig1""#
            try await rig.apply([
                rig.event(.bestDifficulty, #"{\#(who),"new_best":1e12,"prev_best":1,"timeframe":"week"}"#),
                rig.event(.blockFound, #"{\#(who),"height":800001,"hash":"","diff":2e12,"network_diff":1e12,"reward_sats":0}"#),
                rig.event(.difficultyUpdated, #"{\#(who),"old_diff":1000,"new_diff":2000}"#),
                rig.connect(miner, worker: "idle"),
            ])
            #expect(try await rig.number("select max(best_difficulty) from personal_bests") == 1e12)
            #expect(try await rig.number("select blocks_found::float8 from user_share_totals where user_id = \(miner.user)") == 1)
            #expect(try await differences(rig) == [])
            try await rig.execute("update user_share_totals set best_diff = 1e12 where user_id = \(miner.user)")
            #expect(try await differences(rig, mends: true).map(\.column) == ["best_diff"])
            #expect(try await rig.number("select blocks_found::float8 from user_share_totals where user_id = \(miner.user)") == 1)
        }
    }

    @Test("An empty database differs in nothing")
    func empty() async throws {
        try await MiningRig.run { rig async throws in
            #expect(try await differences(rig) == [])
            #expect(try await differences(rig, mends: true) == [])
        }
    }

    /// A damage and what is told of it.
    private struct Damage {
        let sql: SQL
        let expected: [String]
    }

    private func damages(_ miner: RigMiner, _ worker: Int64, _ bad: Int64) -> [Damage] {
        let (user, day) = (miner.user, Self.today)
        let (hour, empty) = (day.hour(2), day.hour(5))
        return [
            Damage(
                sql: "update user_daily_stats set accepted_shares = accepted_shares + 1 where user_id = \(user) and day = \(day)",
                expected: ["user_daily_stats user \(user) day \(day) accepted_shares: stored 6, by shares 5"]
            ),
            Damage(
                sql: "update user_daily_stats set presence = \([UInt8](repeating: 0, count: 180)) where user_id = \(user) and day = \(day)",
                expected: ["user_daily_stats user \(user) day \(day) presence: stored 0 minutes, by shares 17 minutes"]
            ),
            Damage(
                sql: "delete from hourly_shares where user_id = \(user) and bucket = \(hour.start)",
                expected: ["hourly_shares user \(user) hour \(hour) row: stored missing, by shares there"]
            ),
            Damage(
                sql: """
                    insert into hourly_shares (user_id, bucket, total_shares, accepted_shares, rejected_shares, work, share_diff_sum, best_diff)
                    values (\(user), \(empty.start), 1, 1, 0, 1, 1, 1)
                    """,
                expected: ["hourly_shares user \(user) hour \(empty) row: stored there, by shares none"]
            ),
            Damage(
                sql: "update daily_shares set work = 3000.5 where user_id = \(user) and bucket = \(day) and work > 1000",
                expected: ["daily_shares worker \(worker) day \(day) work: stored 3000.5, by shares 4000.0"]
            ),
            Damage(
                sql: "update pool_hourly set best_diff = 0, rejected_shares = 0 where bucket = \(hour.start)",
                expected: [
                    "pool_hourly hour \(hour) total_shares: stored 4, by shares 8",
                    "pool_hourly hour \(hour) rejected_shares: stored 0, by shares 4",
                    "pool_hourly hour \(hour) best_diff: stored 0.0, by shares 0.75",
                ]
            ),
            Damage(
                sql: "update user_share_totals set total_shares = 0, days_active = 2, last_share_at = null where user_id = \(user)",
                expected: [
                    "user_share_totals user \(user) total_shares: stored 0, by shares 21",
                    "user_share_totals user \(user) days_active: stored 2, by shares 3",
                    "user_share_totals user \(user) last_share_at: stored none, by shares \(day.end.adding(seconds: -100).rfc3339)",
                ]
            ),
            Damage(
                sql: """
                    update user_share_totals set latest_day = \(Self.days.lowerBound), day_total_shares = 1, day_accepted_shares = 0, day_best_diff = 2,
                        latest_week = null, week_best_diff = 3, workers_total = 9
                    where user_id = \(user)
                    """,
                expected: [
                    "user_share_totals user \(user) latest_day: stored \(Self.days.lowerBound), by shares \(Self.today)",
                    "user_share_totals user \(user) day_total_shares: stored 1, by shares 7",
                    "user_share_totals user \(user) day_accepted_shares: stored 0, by shares 5",
                    "user_share_totals user \(user) day_best_diff: stored 2.0, by shares 9000000.0",
                    "user_share_totals user \(user) latest_week: stored none, by shares \(Self.today.isoWeek)",
                    "user_share_totals user \(user) week_best_diff: stored 3.0, by shares 9000000.0",
                    "user_share_totals user \(user) workers_total: stored 9, by shares 3",
                ]
            ),
            Damage(
                sql: "update workers set best_diff = 1, rejected_shares = 7 where user_id = \(user) and worker_name = 'rig1'",
                expected: [
                    "workers worker \(worker) rejected_shares: stored 7, by shares 0",
                    "workers worker \(worker) best_diff: stored 1.0, by shares 9000000.0",
                ]
            ),
            Damage(
                sql: "update worker_rejects set rejected_shares = 5 where worker_id = \(bad) and bucket = \(day) and reason = 'stale'",
                expected: ["worker_rejects worker \(bad) day \(day) reason stale rejected_shares: stored 5, by shares 1"]
            ),
            Damage(
                sql: "update worker_rejects set reason = 'other' where worker_id = \(bad) and bucket = \(day) and reason = 'duplicate'",
                expected: [
                    "worker_rejects worker \(bad) day \(day) reason duplicate row: stored missing, by shares there",
                    "worker_rejects worker \(bad) day \(day) reason other row: stored there, by shares none",
                ]
            ),
        ]
    }

    @Test("Every damage is told exactly, told alike while it is mended, and gone afterwards")
    func damaged() async throws {
        try await MiningRig.run { rig async throws in
            let miner = try await mine(rig)[0]
            func id(of name: String) async throws -> Int64 {
                Int64(
                    try #require(
                        try await rig.number("select id::float8 from workers where user_id = \(miner.user) and worker_name = \(name)")
                    )
                )
            }
            let (worker, bad) = (try await id(of: "rig1"), try await id(of: "bad"))
            let whole = try await dump(rig)
            for damage in damages(miner, worker, bad) {
                try await rig.execute(damage.sql)
                #expect(try await differences(rig).map(\.description) == damage.expected)
                #expect(try await differences(rig, mends: true).map(\.description) == damage.expected)
                #expect(try await differences(rig) == [])
                #expect(try await dump(rig) == whole)
            }
        }
    }

    @Test("Rows of workers on a day without any share are found and removed")
    func strays() async throws {
        try await MiningRig.run { rig async throws in
            let miner = try await mine(rig)[0]
            let whole = try await dump(rig)
            let day = Self.days.lowerBound
            let worker = Int64(try #require(try await rig.number("select min(id)::float8 from workers where user_id = \(miner.user)")))
            for sql: SQL in [
                "insert into daily_shares values (\(miner.user), \(worker), \(day), 1, 1, 0, 5, 9)",
                "insert into worker_rejects values (\(worker), \(day), 'stale', 2)",
            ] {
                try await rig.execute(sql)
                let told = try await differences(rig)
                #expect(told.contains { $0.column == "row" })
                #expect(try await differences(rig, mends: true).filter { $0.column == "row" } == told.filter { $0.column == "row" })
                #expect(try await differences(rig) == [])
                #expect(try await dump(rig) == whole)
            }
        }
    }

    @Test("All derived rows of some days lost at once come back, and every answer with them")
    func lost() async throws {
        try await MiningRig.run { rig async throws in
            let miner = try await mine(rig)[0]
            let paths = [
                "shares/stats", "uptime?days=7", "hashrate/chart?window=7d", "difficulty/distribution", "summary", "workers", "workers/bad",
            ]
            var before: [String] = []
            for path in paths { before.append(try await rig.get("/api/v1/mining/" + path, by: miner).text) }
            let whole = try await dump(rig)
            for table: SQL in ["user_daily_stats", "hourly_shares", "daily_shares", "worker_rejects", "pool_hourly"] {
                try await rig.execute("delete from \(sql: table)")
            }
            try await rig.execute(
                "update user_share_totals set total_shares = 1, accepted_shares = 1, rejected_shares = 0, work = 1, best_diff = 1"
            )
            #expect(try await !differences(rig, mends: true).isEmpty)
            #expect(try await differences(rig) == [])
            // Minutes of the last evening are tomorrow's.
            rig.clock.set(Self.today.next.start.adding(seconds: 1))
            #expect(
                try await differences(rig, mends: true, Self.today.next...Self.today.next).map(\.table) == [
                    "user_daily_stats", "user_daily_stats",
                ]
            )
            rig.clock.set(MiningRig.start)
            #expect(try await dump(rig) == whole)
            for (path, text) in zip(paths, before) {
                #expect(try await rig.get("/api/v1/mining/" + path, by: miner).text == text, "\(path)")
            }
        }
    }

    @Test("Mining goes on while a day is mended, and nothing is lost or counted twice")
    func concurrent() async throws {
        try await MiningRig.run { rig async throws in
            let miner = try await mine(rig)[0]
            let day = Self.today
            try await rig.execute("update user_daily_stats set accepted_shares = 0 where day = \(day)")
            try await rig.execute("delete from hourly_shares where bucket >= \(day.start)")
            async let mining: Void = {
                for second in Int64(0)..<60 {
                    try await rig.apply([rig.share(of: miner, 10, 20, at: day.start.adding(seconds: 40_000 + second))])
                }
            }()
            for _ in 0..<10 { _ = try await differences(rig, mends: true, day...day) }
            try await mining
            #expect(try await differences(rig) == [])
            #expect(try await rig.get("/api/v1/mining/shares/stats", by: miner)["total_shares"] == 81)
        }
    }

    @Test("Days that have not begun, and days whose shares may be gone, are refused")
    func refused() async throws {
        try await MiningRig.run { rig async throws in
            let next = Self.today.next
            await #expect(throws: RollupRebuild.Refusal.notBegun(next)) { _ = try await differences(rig, Self.today...next) }
            let oldest = Self.today.advanced(by: -89)
            await #expect(throws: RollupRebuild.Refusal.tooOld(oldest)) { _ = try await differences(rig, oldest.previous...Self.today) }
            #expect(try await differences(rig, oldest...Self.today) == [])
        }
    }

    /// Every derived row, without the instants of writing.
    private func dump(_ rig: MiningRig) async throws -> [String] {
        var tables: [String] = []
        for (table, order): (SQL, SQL) in [
            ("user_daily_stats", "t.user_id, t.day"), ("hourly_shares", "t.user_id, t.bucket"),
            ("daily_shares", "t.user_id, t.bucket, t.worker_id"), ("worker_rejects", "t.worker_id, t.bucket, t.reason"),
            ("pool_hourly", "t.bucket"), ("user_share_totals", "t.user_id"), ("workers", "t.id"),
        ] {
            let rows = try await rig.text(
                "select string_agg((to_jsonb(t) - 'updated_at' - 'best_before')::text, '\n' order by \(sql: order)) from \(sql: table) t"
            )
            tables.append(rows ?? "")
        }
        return tables
    }
}
