import FeatureRig
import API
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Testing

@testable import Mining

/// Whatever storage does with old rows, sums and totals answer the same (spec 03 §4.2, 03a §10).
@Suite("Retention and compression")
struct RetentionTests {
    private static let paths =
        [
            "summary", "shares/stats", "difficulty/bests", "difficulty/distribution?days=90", "difficulty/percentile?timeframe=alltime",
            "hashrate",
            "workers", "workers?include_archived=true", "uptime?days=90", "blocks",
        ] + ChartWindow.allCases.flatMap { ["hashrate/chart?window=\($0.rawValue)", "workers/rig1/hashrate?window=\($0.rawValue)"] }
    private static let pages = [
        "shares?limit=100", "shares?worker_name=rig2", "shares?valid_only=false", "workers/rig1", "difficulty/scatter",
    ]

    /// Eight days of shares, a snapshot of each, and a key, which outlives a token.
    private func mine(_ rig: MiningRig) async throws -> (miner: RigMiner, key: String) {
        let miner = try await rig.miner()
        for day in Int64(0)...8 {
            let time = rig.clock.now.adding(seconds: -day * 86_400)
            try await rig.apply([
                rig.share(of: miner, 1000, 2000 + Double(day), at: time),
                rig.share(of: miner, 1000, 3000, worker: "rig2", at: time.adding(seconds: -60)),
                rig.share(of: miner, 1000, 1, accepted: false, at: time.adding(seconds: -30)),
            ])
            for worker in [nil, "rig1", "rig2"] { try await rig.keep(100 + Double(day), of: miner, worker: worker, at: time) }
        }
        return (miner, try await rig.key(of: miner, scopes: ["read"]))
    }

    private func answers(_ rig: MiningRig, _ paths: [String], _ key: String) async throws -> [String: String] {
        var answers: [String: String] = [:]
        for path in paths {
            let answer = try await rig.call(.get, "/api/v1/mining/" + path, key: key)
            #expect(answer.status == 200, "\(path): \(answer.text)")
            answers[path] = answer.text
        }
        return answers
    }

    @Test("Shares past retention go; nothing that is computed from them does")
    func retention() async throws {
        try await MiningRig.run { rig in
            let (miner, key) = try await mine(rig)
            let first = rig.clock.now
            rig.clock.set(first.adding(seconds: 86 * 86_400))
            let before = try await answers(rig, Self.paths, key)
            #expect(try await TimeTableKeeper(database: rig.runtime.database).dropExpired(at: rig.clock.now) > 0)
            #expect(try await rig.number("select count(*)::float8 from shares") == 15)
            #expect(try await answers(rig, Self.paths, key) == before)
            let page = try await rig.call(.get, "/api/v1/mining/shares?limit=100", key: key)
            #expect(page.list("data").count == 15 && page["pagination.has_more"] == false)
            #expect(try await rig.call(.get, "/api/v1/mining/shares/stats", key: key)["total_shares"] == 27)
            // What is gone cannot be computed again, and nothing tries.
            let rebuild = RollupRebuild(database: rig.runtime.database)
            let days = { (day: UTCDay) in day...UTCDay(containing: first) }
            let oldest = UTCDay(containing: rig.clock.now).advanced(by: -89)
            await #expect(throws: RollupRebuild.Refusal.tooOld(oldest)) {
                try await rebuild.run(days(oldest.previous), mends: true, now: rig.clock.now) { _ in }
            }
            #expect(try await rebuild.run(days(oldest), mends: true, now: rig.clock.now) { Issue.record("\($0)") } == 0)
            #expect(try await answers(rig, Self.paths, key) == before)
            #expect(try await rig.number("select accepted_shares::float8 from user_share_totals where user_id = \(miner.user)") == 18)
        }
    }

    @Test("Days of workers older than four hundred days go, in any number, by an index; younger ones stay")
    func days() async throws {
        try await MiningRig.run { rig in
            let (miner, _) = try await mine(rig)
            let database = rig.runtime.database
            let worker = Int64(try #require(try await rig.number("select min(id)::float8 from workers where user_id = \(miner.user)")))
            let today = UTCDay(containing: rig.clock.now)
            try await rig.execute(
                """
                insert into daily_shares (user_id, worker_id, bucket, total_shares, accepted_shares, rejected_shares, work, best_diff)
                select \(miner.user), \(worker), \(today)::date - n, 1, 0, 1, 0, 0 from generate_series(400, 25000) n
                """
            )
            try await rig.execute(
                """
                insert into worker_rejects (worker_id, bucket, reason, rejected_shares)
                select \(worker), \(today)::date - n, 'stale', 1 from generate_series(400, 25000) n
                """
            )
            for table in DayTable.all {
                let name: SQL = "\(identifier: table.name.description)"
                let young = try await rig.number("select count(*)::float8 from \(sql: name) where bucket >= \(today.advanced(by: -400))")
                let plan = try await QueryPlan.explain(table.deletion(at: rig.clock.now), in: database, usesIndexes: true)
                #expect(plan.scanned.isEmpty && plan.text.contains("\(table.name)_by_day"), "\(plan.text)")
                #expect(try await table.deleteExpired(at: rig.clock.now, in: database) == 24_600)
                #expect(try await rig.number("select count(*)::float8 from \(sql: name)") == young)
                #expect(try await table.deleteExpired(at: rig.clock.now, in: database) == 0)
            }
        }
    }

    @Test("Compressed ranges answer as others do, where storage can compress")
    func compression() async throws {
        try await MiningRig.run { rig in
            guard try await rig.number("select count(*)::float8 from pg_extension where extname = 'timescaledb'") == 1 else { return }
            let (miner, key) = try await mine(rig)
            let before = try await answers(rig, Self.paths + Self.pages, key)
            let tables: [(name: String, segments: String, order: String)] = [
                ("shares", "user_id", "time desc, event_id desc"), ("hashrate_snapshots", "user_id, worker_name", "time desc"),
            ]
            for table in tables {
                try await rig.execute(
                    """
                    alter table \(identifier: table.name) set (timescaledb.compress, timescaledb.compress_segmentby = \(literal: table.segments),
                                                               timescaledb.compress_orderby = \(literal: table.order))
                    """
                )
                let compressed = try await rig.number("select count(compress_chunk(c))::float8 from show_chunks(\(table.name)::regclass) c")
                #expect(compressed ?? 0 >= 9)
            }
            #expect(try await answers(rig, Self.paths + Self.pages, key) == before)
            let days = UTCDay(containing: rig.clock.now).advanced(by: -8)...UTCDay(containing: rig.clock.now)
            #expect(
                try await RollupRebuild(database: rig.runtime.database).run(days, mends: false, now: rig.clock.now) {
                    Issue.record("\($0)")
                } == 0
            )
            #expect(try await rig.number("select total_shares::float8 from user_share_totals where user_id = \(miner.user)") == 27)
        }
    }
}
