import FeatureRig
import API
import Foundation
import GameRules
import LocalServers
import Platform
import Postgres
import Testing

@testable import Mining

/// A page of shares costs the same wherever it lies and however many shares there are (spec 03a §11, 03 §8.2, §8.4).
@Suite("Plans of shares", .serialized)
struct SharePlanTests {
    private static let path = "/api/v1/mining/shares"
    private static let limit = 5

    /// The end of page 10,000.
    private static func deep(_ rig: MiningRig) throws -> PagePosition {
        let last = 10_000 * limit - 1
        let id = try #require(UUID(uuidString: "00000000-0000-4000-8000-" + String(format: "%012x", last)))
        return PagePosition(time: rig.clock.now.adding(seconds: -Int64(last) * ShareFixture.seconds), id: id)
    }

    private static func selections(_ fixture: ShareFixture) -> [(name: String, selection: ShareSelection)] {
        let user = fixture.miner.user
        return [
            ("all", ShareSelection(of: user)),
            ("worker", ShareSelection(of: user, worker: fixture.worker)),
            ("accepted", ShareSelection(of: user, isValid: true)),
            ("rejected", ShareSelection(of: user, isValid: false)),
            ("minimum", ShareSelection(of: user, minimumDifficulty: 1e9)),
            ("accepted of a worker", ShareSelection(of: user, worker: fixture.worker, isValid: true)),
            ("rejected of a worker", ShareSelection(of: user, worker: fixture.worker, isValid: false)),
        ]
    }

    /// Where the store looks for a page.
    private static func window(_ selection: ShareSelection, behind position: PagePosition?, _ rig: MiningRig) async throws -> ShareWindow {
        let newest = UTCDay(containing: position?.time ?? rig.clock.now)
        let rows = try await rig.runtime.database.query(selection.counts(newest.advanced(by: -90)...newest))
        let days = try rows.decode((UTCDay, Int64).self).map { ShareWindow.Day(day: $0, rows: $1) }
        return try #require(ShareWindow(days, behind: position, rows: ShareReadStore.examined(selection, limit: limit)))
    }

    @Test("Every page walks one index over the days of its window; page 10,000 costs what the first one does")
    func plans() async throws {
        try await MiningRig.run { rig in
            let fixture = try await ShareFixture(rig)
            let database = rig.runtime.database
            for (name, selection) in Self.selections(fixture) {
                var costs: [Int64] = []
                for position in [nil, try Self.deep(rig)] {
                    let newest = UTCDay(containing: position?.time ?? rig.clock.now)
                    let counts = try await QueryPlan.explain(selection.counts(newest.advanced(by: -90)...newest), in: database)
                    #expect(counts.scanned.isEmpty, "\(name): \(counts.text)")
                    #expect(
                        ["user_daily_stats", "daily_shares"].contains(counts.relations.first) && counts.rowsRead <= 92,
                        "\(name): \(counts.text)"
                    )

                    let window = try await Self.window(selection, behind: position, rig)
                    let page = ShareReadStore.page(selection, window, behind: position, limit: Self.limit)
                    let plan = try await QueryPlan.explain(page, in: database)
                    #expect(plan.scanned.isEmpty && !plan.hasSort, "\(name): \(plan.text)")
                    let days = UTCDay(containing: window.end).index - UTCDay(containing: window.start).index + 1
                    #expect(plan.relations.count <= days, "\(name): \(plan.text)")
                    #expect(plan.rowsRead <= ShareReadStore.examined(selection, limit: Self.limit), "\(name): \(plan.text)")
                    costs.append(plan.buffers)
                }
                // One more range may have to be entered.
                #expect(costs[1] <= costs[0] + 5, "\(name): \(costs)")
            }
        }
    }

    @Test("Planned without its values, as a prepared statement is, a page reads from the days of its window alone")
    func preparedPlans() async throws {
        try await MiningRig.run { rig in
            let fixture = try await ShareFixture(rig)
            for (name, selection) in Self.selections(fixture) {
                for position in [nil, try Self.deep(rig)] {
                    let window = try await Self.window(selection, behind: position, rig)
                    let page = ShareReadStore.page(selection, window, behind: position, limit: Self.limit)
                    let (ranges, rows) = try await Self.touched(by: page, in: rig.runtime.database)
                    let days = UTCDay(containing: window.end).index - UTCDay(containing: window.start).index + 1
                    #expect((1...days).contains(ranges), "\(name): \(ranges) of \(days) days")
                    // Ranges are merged: each day shows its newest row first.
                    let most = ShareReadStore.examined(selection, limit: Self.limit) + days - 1
                    #expect((1...Int64(most)).contains(rows), "\(name): \(rows) of \(most)")
                }
            }
        }
    }

    /// Ranges of shares a statement reads from, and how many rows; a backend of one's own reports that at once.
    private static func touched(by sql: SQL, in database: PostgresClient) async throws -> (ranges: Int, rows: Int64) {
        let counts: SQL = """
            select relid::bigint, seq_scan + coalesce(idx_scan, 0), seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables
            where relname like 'shares%' or relname like '\\_hyper\\_%'
            """
        return try await database.withConnection { connection in
            func read() async throws -> [Int64: (scans: Int64, rows: Int64)] {
                let rows = try await connection.query(counts).decode((Int64, Int64, Int64).self)
                return Dictionary(uniqueKeysWithValues: rows.map { ($0, (scans: $1, rows: $2)) })
            }
            try await connection.execute("begin")
            try await connection.execute("set local plan_cache_mode = force_generic_plan")
            let before = try await read()
            _ = try await connection.query(sql)
            let after = try await read()
            try await connection.execute("rollback")
            let scanned = after.filter { $0.value.scans > before[$0.key]?.scans ?? 0 }
            return (scanned.count, scanned.reduce(0) { $0 + $1.value.rows - (before[$1.key]?.rows ?? 0) })
        }
    }

    @Test("Page 10,001 holds what it should; three score of rejected shares among 60,000 come at once; a vain search gives up")
    func pages() async throws {
        try await MiningRig.run { rig in
            let fixture = try await ShareFixture(rig)
            let cursors = PageCursors(rig.runtime.settings.tokens, random: .system)
            let cursor = cursors.cursor(try Self.deep(rig), of: .shares, for: fixture.miner.user)
            let page = try await rig.get(Self.path + "?limit=5&cursor=\(cursor)", by: fixture.miner)
            #expect(page.column("share_diff", of: "data") == (50_000..<50_005).map { .integer(100 + $0) })
            #expect(page["pagination.has_more"] == true)

            let rejected = try await rig.get(Self.path + "?limit=100&valid_only=false", by: fixture.miner)
            #expect(rejected.column("share_diff", of: "data") == (0..<60).map { .integer(1099 + 1000 * $0) })
            #expect(rejected["pagination.has_more"] == false)

            let vain = try await rig.get(Self.path + "?min_difficulty=1e9", by: fixture.miner)
            #expect(vain["data"] == [] && vain["pagination.has_more"] == true)
        }
    }
}
