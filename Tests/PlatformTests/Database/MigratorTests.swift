import Foundation
import GameRules
import Logging
import Postgres
import TestServers
import Testing

@testable import Platform

/// Migrations on a real server (spec 01 §10.1, §13, §14.19–20).
@Suite("Migrations")
struct MigratorTests {
    private static let now = MigrationRig.now

    private static func step(_ version: Int, _ text: String) -> Migration {
        Migration(version: version, name: "step\(version)", text: text)
    }

    private func versions(_ database: PostgresClient) async throws -> [Int32] {
        try await database.query("select version from schema_migrations order by version").map { try $0.decode(Int32.self) }
    }

    @Test("An empty database gets every step once; a second run finds nothing to do")
    func twice() async throws {
        try await MigrationRig.withEmpty { database, _ in
            let migrator = Migrator(database: database)
            #expect(try await !migrator.isUpToDate())
            #expect(try await migrator.storage() == nil)
            let applied = try await migrator.up(now: Self.now)
            #expect(applied == Migration.all.map(\.version))
            #expect(try await migrator.up(now: Self.now) == [])
            #expect(try await migrator.isUpToDate())
            let isOffered = try await database.query("select exists (select from pg_available_extensions where name = 'timescaledb')")
                .value(Bool.self)
            #expect(try await migrator.storage() == (isOffered == true ? .timescale : .native))
            #expect(try await migrator.status().allSatisfy { $0.appliedAt == Self.now && $0.isIntact })
        }
    }

    @Test("Every step that lies among the sources is known, under its number and name")
    func complete() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources/Platform/Database/Migrations")
        let files = try FileManager.default.contentsOfDirectory(atPath: sources.path).sorted()
        #expect(files == Migration.all.map { String(format: "%04d_%@.sql", $0.version, $0.name) })
        for (file, step) in zip(files, Migration.all) {
            #expect(try String(contentsOf: sources.appending(path: file), encoding: .utf8) == step.text)
        }
    }

    @Test("Two runners at once: one migrates, the other waits and finds nothing to do")
    func twoRunners() async throws {
        try await MigrationRig.withEmpty { database, url in
            let second = try MigrationRig.client(url)
            async let left = Migrator(database: database).up(now: Self.now)
            async let right = Migrator(database: second).up(now: Self.now)
            let applied = try await [left, right]
            await second.close()
            #expect(applied.contains([]) && applied.contains(Migration.all.map(\.version)))
        }
    }

    @Test("A runner that cannot get the lock in time gives up without having done anything")
    func lockTimeout() async throws {
        try await MigrationRig.withEmpty { database, url in
            try await database.withConnection { holder in
                #expect(try await holder.tryAdvisoryLock(7462, 2))
                let other = try MigrationRig.client(url)
                await #expect(throws: Migrator.Failure.lockTimeout) {
                    try await Migrator(database: other, lockPatience: .milliseconds(300)).up(now: Self.now)
                }
                await other.close()
            }
            #expect(try await database.query("select to_regclass('schema_migrations') is null").value(Bool.self) == true)
        }
    }

    @Test("A step that fails in the middle leaves the version before it, and can be tried again")
    func failure() async throws {
        try await MigrationRig.withEmpty { database, _ in
            let first = Self.step(1, try #require(Migration.all.first).text)
            let broken = Self.step(2, "create table half (id int); select 1 / 0;")
            await #expect(throws: PostgresError.self) {
                try await Migrator(database: database, steps: [first, broken]).up(now: Self.now)
            }
            #expect(try await versions(database) == [1])
            #expect(try await database.query("select to_regclass('half') is null").value(Bool.self) == true)
            let mended = Self.step(2, "create table half (id int);")
            #expect(try await Migrator(database: database, steps: [first, mended]).up(now: Self.now) == [2])
        }
    }

    @Test("An applied step whose text has changed by one byte stops everything")
    func changedStep() async throws {
        try await MigrationRig.withEmpty { database, _ in
            let first = try #require(Migration.all.first)
            try await Migrator(database: database, steps: [first]).up(now: Self.now)
            let edited = Migration(version: 1, name: first.name, text: first.text + " ")
            let migrator = Migrator(database: database, steps: [edited, Self.step(2, "create table later (id int);")])
            await #expect(throws: Migrator.Failure.changedStep(version: 1)) { try await migrator.up(now: Self.now) }
            #expect(try await versions(database) == [1])
            #expect(try await migrator.status().first?.isIntact == false)
        }
    }

    @Test("A newer database is fine for an older program")
    func newer() async throws {
        try await MigrationRig.withEmpty { database, _ in
            let all = Migration.all + [Self.step(1000, "create table from_the_future (id int);")]
            try await Migrator(database: database, steps: all).up(now: Self.now)
            let older = Migrator(database: database)
            #expect(try await older.isUpToDate())
            #expect(try await older.up(now: Self.now) == [])
        }
    }

    @Test("A step without transaction builds an index concurrently, leaves no broken one behind, and can be run again")
    func withoutTransaction() async throws {
        try await MigrationRig.withEmpty { database, _ in
            let first = Self.step(
                1,
                try #require(Migration.all.first).text + "\ncreate table things (a int); insert into things values (1), (1);"
            )
            let index = Self.step(
                2,
                """
                -- no-transaction
                -- One value may stand once.
                create unique index concurrently if not exists things_a
                    on things (a);
                create index concurrently if not exists things_b on things (a);
                """
            )
            #expect(!index.isTransactional && index.statements.count == 2)
            let migrator = Migrator(database: database, steps: [first, index])
            await #expect(throws: PostgresError.self) { try await migrator.up(now: Self.now) }
            #expect(try await versions(database) == [1])
            #expect(try await database.query("select count(*) from pg_index where not indisvalid").value(Int64.self) == 0)
            try await database.execute("delete from things where ctid = (select min(ctid) from things)")
            #expect(try await migrator.up(now: Self.now) == [2])
            #expect(try await database.query("select count(*) from pg_indexes where tablename = 'things'").value(Int64.self) == 2)
        }
    }

    @Test("Over the tables of an earlier collector the schema becomes the same as from nothing, and no row is lost")
    func baselineOverCollector() async throws {
        try await MigrationRig.withEmpty { fresh, _ in
            try await Migrator(database: fresh, timescale: .off).up(now: Self.now)
            let expected = try await SchemaCatalogue(of: fresh)
            #expect(expected.lines.count > 300)
            try await MigrationRig.withEmpty { old, _ in
                try await old.withConnection { try await $0.runScript(MigrationRig.collectorTables) }
                try await Migrator(database: old, timescale: .off).up(now: Self.now)
                let actual = try await SchemaCatalogue(of: old)
                #expect(SchemaCatalogue.differences(expected: expected, actual: actual) == [])

                func count(_ sql: SQL) async throws -> Int64? { try await old.query(sql).value(Int64.self) }
                #expect(try await count("select count(*) from users") == 2)
                #expect(try await count("select count(*) from workers") == 2)
                #expect(try await count("select count(*) from shares where user_id in (select id from users)") == 2)
                #expect(try await count("select confirmations::bigint from blocks where user_id = 1 and worker_id = 1") == 6)
                #expect(try await count("select count(*) from weekly_best_diff where user_id = 1") == 1)
                #expect(try await count("select count(*) from mining_events") == 1)
                #expect(try await count("select count(*) from rate_limit_events") == 1)
                #expect(try await count("select count(*) from pg_class where relname like 'legacy%'") == 0)
            }
        }
    }

    @Test("Without the extension the mode is native, and it stays so when the extension is wanted later")
    func storageMode() async throws {
        try await MigrationRig.withEmpty { database, _ in
            let first = Self.step(1, try #require(Migration.all.first).text)
            try await Migrator(database: database, steps: [first], timescale: .off).up(now: Self.now)
            for mode: Settings.TimescaleMode in [.auto, .on] {
                let migrator = Migrator(database: database, steps: [first, Self.step(2, "select 1;")], timescale: mode)
                try await migrator.up(now: Self.now)
                #expect(try await migrator.storage() == .native)
            }
            #expect(try await database.query("select relkind::text from pg_class where relname = 'shares'").value(String.self) == "p")
        }
    }

    @Test("A demanded extension the server does not offer is a clear failure, not a schema of another kind")
    func extensionMissing() async throws {
        try await MigrationRig.withEmpty { database, _ in
            let offered = try await database.query("select exists (select from pg_available_extensions where name = 'timescaledb')")
            if try offered.value(Bool.self) == true {
                try await Migrator(database: database, timescale: .on).up(now: Self.now)
                #expect(try await Migrator(database: database).storage() == .timescale)
            } else {
                await #expect(throws: Migrator.Failure.timescaleMissing) {
                    try await Migrator(database: database, timescale: .on).up(now: Self.now)
                }
            }
        }
    }

    @Test("An address of 64 characters fits into every address column")
    func longAddress() async throws {
        let address = "bcrt1p" + String(repeating: "q", count: 58)
        #expect(address.utf8.count == 64)
        try await MigrationRig.withEmpty { database, _ in
            try await Migrator(database: database).up(now: Self.now)
            let columns = try await database.query(
                """
                select c.table_name::text, c.column_name::text from information_schema.columns c
                join pg_class r on r.oid = to_regclass(quote_ident(c.table_name)) and not r.relispartition
                where c.table_schema = 'public' and c.data_type = 'character varying'
                    and (c.column_name like '%address' or c.column_name like 'btc_%')
                """
            ).map { try $0.decode((String, String).self) }
            #expect(columns.count >= 5)
            for (table, column) in columns {
                try await database.withConnection { connection in
                    try await connection.execute(
                        "create temp table probe as select \(identifier: column) from \(identifier: table) limit 0"
                    )
                    try await connection.execute("insert into probe values (\(address))")
                    try await connection.execute("drop table probe")
                }
            }
        }
    }

    @Test("Verification finds nothing wrong with a fresh schema, and names what was changed by hand; its scratch database is gone after")
    func verify() async throws {
        try await MigrationRig.withEmpty { database, url in
            try await Migrator(database: database).up(now: Self.now)
            let verifier = SchemaVerifier(
                configuration: try PostgresConfiguration(url: url),
                random: .system,
                logger: Logger(label: "test")
            )
            #expect(try await verifier.differences(now: Self.now) == [])
            try await database.execute("alter table workers add column hand_made int")
            try await database.execute("drop index workers_online")
            let differences = try await verifier.differences(now: Self.now)
            #expect(differences.count == 2)
            #expect(differences.contains("+ column workers.hand_made integer"))
            #expect(differences.contains { $0.hasPrefix("- index workers CREATE INDEX workers_online") })
            let left = try await database.query("select count(*) from pg_database where datname like 'tbg_verify_%'")
            #expect(try left.value(Int64.self) == 0)
        }
    }

    @Test("The application can only add to the audit log")
    func auditLogIsAppendOnly() async throws {
        try await MigrationRig.withEmpty { database, _ in
            try await Migrator(database: database).up(now: Self.now)
            try await database.execute(AuditLog.insert(AuditEvent("auth.login", by: .user), at: Self.now))
            for statement: SQL in ["update audit_log set status = 'denied'", "delete from audit_log"] {
                await #expect(throws: PostgresError.self) { try await database.execute(statement) }
            }
            #expect(try await database.query("select count(*) from audit_log").value(Int64.self) == 1)
            let late = Self.now.adding(milliseconds: 500 * 86_400_000)
            #expect(try await TimeTableKeeper(database: database).dropExpired(at: late) > 0)
        }
    }

    @Test("Ranges that are no longer written are compressed where the storage can, once, and read as before")
    func compression() async throws {
        try await MigrationRig.withEmpty { database, url in
            try await Migrator(database: database).up(now: Self.now)
            let keeper = TimeTableKeeper(database: database)
            try await keeper.makeRanges(at: Self.now)
            for days in [Int64(0), 6, 8] {
                try await database.execute(
                    """
                    insert into hashrate_snapshots (time, user_id, worker_name, hashrate_1h)
                    values (\(Self.now.adding(seconds: -days * 86_400)), 1, 'rig', \(Double(days)))
                    """
                )
            }
            let license = try await database.query("select coalesce(current_setting('timescaledb.license', true), '')").value(String.self)
            // Of the days that have a row, one is old enough.
            #expect(try await keeper.compressOld(at: Self.now) == (license == "timescale" ? 1 : 0))
            #expect(try await keeper.compressOld(at: Self.now) == 0)
            let rows = try await database.query("select hashrate_1h from hashrate_snapshots where user_id = 1 order by time desc")
            #expect(try rows.map { try Double(postgres: $0[0]) } == [0, 6, 8])
            let verifier = SchemaVerifier(
                configuration: try PostgresConfiguration(url: url),
                random: .system,
                logger: Logger(label: "test")
            )
            #expect(try await verifier.differences(now: Self.now) == [])
        }
    }
}
