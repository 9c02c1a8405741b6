import FeatureRig
import GameRules
import Logging
import Platform
import Postgres
import TestServers
import Testing

@testable import Mining

/// No statement of blocks, network, luck and polled miners scans a table, reads a share or sorts more than it answers (spec 03a §11).
@Suite("Plans of blocks and network", .serialized)
struct BlockPlanTests {
    private static let owner = UserID(1)

    /// Tables large enough that scanning them would not pay.
    private func fill(_ client: PostgresClient) async throws {
        let start = MiningRig.start
        for statement: SQL in [
            """
            insert into users (btc_address, created_at, updated_at) select 'bc1q' || n, \(start), \(start) from generate_series(1, 2000) n
            """,
            """
            insert into workers (user_id, worker_name) select 1 + n % 2000, 'rig' || n from generate_series(1, 20000) n
            """,
            """
            insert into blocks (block_height, block_hash, user_id, worker_id, found_at, status)
            select n, lpad(n::text, 64, '0'), 1 + n % 2000, 1 + n % 20000, \(start) + make_interval(mins => n),
                   case when n % 500 = 0 then 'orphaned' else 'confirmed' end
            from generate_series(1, 20000) n
            """,
            "insert into block_celebrations (block_id, user_id, created_at, celebrated) select id, user_id, found_at, id % 10 > 0 from blocks",
            """
            insert into network_difficulty (block_height, time, difficulty, block_hash, is_epoch_start)
            select n, \(start) + make_interval(mins => n), 100 + n / 2016, lpad(n::text, 64, '0'), n % 2016 = 0 from generate_series(1, 50000) n
            """,
            "insert into user_share_totals (user_id) select id from users on conflict do nothing",
            "analyze",
        ] { try await client.execute(statement) }
    }

    private static var statements: [(name: String, sql: SQL, relations: Set<String>)] {
        let position = PagePosition(time: MiningRig.start.adding(seconds: 600_000), number: 10_000)
        var statements: [(name: String, sql: SQL, relations: Set<String>)] = []
        for user in [nil, owner] {
            for includesOrphaned in [false, true] {
                for after in [nil, position] {
                    let selection = BlockReadStore.Selection(user: user, includesOrphaned: includesOrphaned, after: after)
                    statements.append(("\(selection)", BlockReadStore.selectPage(selection, limit: 21), ["blocks", "workers"]))
                }
            }
        }
        return statements + [
            ("height", BlockReadStore.select(height: 777), ["blocks", "workers"]),
            ("celebrations", CelebrationStore.selectPending(of: owner), ["blocks", "block_celebrations"]),
            ("acknowledgement", CelebrationStore.acknowledge(5, of: owner, now: MiningRig.start), ["block_celebrations"]),
            ("newest", NetworkReadStore.selectNewest, ["network_difficulty"]),
            ("network blocks", NetworkReadStore.selectBlocks(limit: 20), ["network_difficulty"]),
            ("epochs", NetworkReadStore.selectEpochs(limit: 50), ["network_difficulty"]),
            ("entries", NetworkReadStore.selectEntries(100...200), ["network_difficulty"]),
            ("found heights", NetworkReadStore.selectFoundHeights(100...200, limit: 20), ["blocks"]),
            ("luck", LuckStore.statement(user: owner), ["user_share_totals"]),
            ("polled miner", ClientStore.statement(user: owner), ["user_share_totals", "workers"]),
        ]
    }

    @Test("Every statement walks indexes for as many rows as it answers")
    func plans() async throws {
        try await withDatabase(template: TestRuntime.migrated) { database in
            let client = PostgresClient(configuration: try PostgresConfiguration(url: database.url), logger: .init(label: "test"))
            try await fill(client)
            for statement in Self.statements {
                try await client.withConnection { connection in
                    try await connection.execute("begin")
                    let rows = try await connection.query("explain (analyze, timing off, format json, costs off) \(sql: statement.sql)")
                    let plan = try rows.map { try String(postgres: $0[0]) }.joined()
                    try await connection.execute("rollback")
                    #expect(!plan.contains("Seq Scan"), "\(statement.name): \(plan)")
                    let relations = Set(plan.matches(of: /"Relation Name": "([a-z_0-9]+)"/).map { String($0.1) })
                    #expect(relations == statement.relations, "\(statement.name)")
                    // Rows met on the way and given up: orphans among the newest, at most.
                    let removed = plan.matches(of: /"Rows Removed by Filter": ([0-9]+)/).compactMap { Int($0.1) }.reduce(0, +)
                    #expect(removed <= 20, "\(statement.name): \(plan)")
                    let met = plan.matches(of: /"Actual Rows": ([0-9]+)/).compactMap { Int($0.1) }.max() ?? 0
                    #expect(met <= 200, "\(statement.name): \(plan)")
                }
            }
            await client.close()
        }
    }
}
