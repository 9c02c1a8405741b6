import FeatureRig
import Foundation
import GameRules
import Logging
import Platform
import Postgres
import Redis
import TestServers
import Testing

@testable import Mining

/// The summary reads roll-ups by key and never a share (spec 03a §11).
@Suite("Summary plan", .serialized)
struct SummaryPlanTests {
    @Test("The summary reads one row, and where the day has to be looked up, two more; never shares nor any of its partitions")
    func plan() async throws {
        try await withDatabase(template: TestRuntime.migrated) { database in
            let client = PostgresClient(configuration: try PostgresConfiguration(url: database.url), logger: .init(label: "test"))
            let today = UTCDay(containing: Clock.system.now())
            for (statement, relations) in [
                (SummaryStore.statement(user: UserID(1)), ["user_share_totals"]),
                (SummaryStore.selectDay(of: [UserID(1)], today), ["user_daily_stats", "personal_bests"]),
            ] {
                let rows = try await client.query("explain (format json, costs off) \(sql: statement)")
                let plan = try rows.map { try String(postgres: $0[0]) }.joined()
                let read = plan.matches(of: /"Relation Name": "([a-z_0-9]+)"/).map { String($0.1) }
                #expect(Set(read) == Set(relations))
                #expect(!plan.contains("Seq Scan"))
            }
            await client.close()
        }
    }

    @Test("Answering the summary runs one statement, and shares are not scanned, whatever the planner may do")
    func statements() async throws {
        try await IngestRig.run { rig in
            try await rig.add((1...50).map { rig.share(1000, 1000 + Double($0)) })
            try await rig.consuming("only", handler: rig.shareHandler()) { try await rig.awaitAcknowledged() }
            // A backend of one's own reports at once what it has touched.
            try await rig.runtime.database.withConnection { connection in
                let scans: SQL = """
                    select coalesce(sum(seq_scan + coalesce(idx_scan, 0)), 0)::bigint
                    from pg_stat_xact_user_tables
                    where relid = 'shares'::regclass or relid in (select inhrelid from pg_inherits where inhparent = 'shares'::regclass)
                    """
                try await connection.execute("begin")
                // What the backend did before may not have been reported yet.
                let before = try await connection.query(scans).value(Int64.self)
                let summary = SummaryStore.statement(user: SliceRig.owner)
                let row = try await connection.query(summary).first
                #expect(try row.map { try Int64?(postgres: $0[0]) } == 50)
                #expect(try await connection.query(scans).value(Int64.self) == before)
                // The check itself can fail: a count of shares is seen.
                _ = try await connection.query("select count(*) from shares")
                #expect(try await connection.query(scans).value(Int64.self) ?? 0 > before ?? 0)
                try await connection.execute("rollback")
            }
        }
    }
}
