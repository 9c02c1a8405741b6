package import GameRules
import Logging
package import Postgres

/// Brings a database to the schema this binary needs (spec 01 §10.1): numbered steps, each in one transaction, under an advisory lock.
package struct Migrator: Sendable {
    /// Why migrating stopped.
    package enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// An applied step's text is not the one that was applied: exit code 65 (`EX_DATAERR`).
        case changedStep(version: Int)
        /// `TBG_TIMESCALE=on`, but the server does not offer the extension.
        case timescaleMissing
        /// Another migration held the lock for five minutes.
        case lockTimeout

        package var description: String {
            switch self {
            case .changedStep(let version): "migration \(version) was applied with another text"
            case .timescaleMissing: "TBG_TIMESCALE is on, but the server does not offer TimescaleDB"
            case .lockTimeout: "another migration has been running for five minutes"
            }
        }
    }

    /// A step and when it was applied.
    package struct Status: Sendable, Equatable {
        package let version: Int
        package let name: String
        package let appliedAt: Instant?
        /// Whether the applied text is this binary's text.
        package let isIntact: Bool
    }

    /// The lock that one migration at a time holds: on the connection that migrates, so it goes with it.
    private static let lockKey: (Int32, Int32) = (7462, 2)

    private let database: PostgresClient
    private let steps: [Migration]
    private let timescale: Settings.TimescaleMode
    private let lockPatience: Duration

    package init(
        database: PostgresClient,
        steps: [Migration] = Migration.all,
        timescale: Settings.TimescaleMode = .auto,
        lockPatience: Duration = .seconds(300)
    ) {
        self.database = database
        self.steps = steps
        self.timescale = timescale
        self.lockPatience = lockPatience
    }

    /// Applies what is missing and makes the ranges of time tables; answers the versions applied.
    /// - Parameter now: recorded as the time of application, and where ranges begin.
    @discardableResult
    package func up(now: Instant) async throws -> [Int] {
        try await database.withConnection { connection in
            try await lock(connection)
            // Released with the connection's return, also when a step fails. The ranges are made under it too: two processes making
            // the same ones would wait for each other.
            let applied = try await migrate(connection, now: now)
            try await TimeTableKeeper(database: database).makeRanges(at: now)
            return applied
        }
    }

    /// Every step this binary knows, with what the database says of it.
    package func status() async throws -> [Status] {
        let applied = try await appliedSteps()
        return steps.map { step in
            let found = applied[step.version]
            return Status(
                version: step.version,
                name: step.name,
                appliedAt: found?.appliedAt,
                isIntact: found.map { $0.checksum == step.checksum } ?? true
            )
        }
    }

    /// Whether every step of this binary is applied; a newer database is fine.
    package func isUpToDate() async throws -> Bool {
        try await status().allSatisfy { $0.appliedAt != nil }
    }

    /// How the time tables of a migrated database are kept; nil before the first step.
    package func storage() async throws -> StorageMode? {
        guard try await isStarted() else { return nil }
        return try await database.query(Self.recordedStorage).value(String.self).flatMap(StorageMode.init)
    }

    // MARK: steps

    private struct Applied: Sendable {
        let appliedAt: Instant
        let checksum: String
    }

    /// Asks again and again instead of waiting in the server, where the session's time limits would end the wait.
    private func lock(_ connection: PostgresConnection) async throws {
        let deadline = ContinuousClock.now + lockPatience
        while try await !connection.tryAdvisoryLock(Self.lockKey.0, Self.lockKey.1) {
            guard ContinuousClock.now < deadline else { throw Failure.lockTimeout }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func migrate(_ connection: PostgresConnection, now: Instant) async throws -> [Int] {
        try await connection.execute(
            """
            create table if not exists schema_migrations (
                version int primary key, name varchar(255) not null, applied_at timestamptz not null default now(), checksum varchar(64) not null)
            """
        )
        try await connection.execute("alter table schema_migrations add column if not exists storage varchar(16)")
        let applied = try Self.applied(in: await connection.query(Self.appliedRows))
        for step in steps {
            if let checksum = applied[step.version]?.checksum, checksum != step.checksum {
                throw Failure.changedStep(version: step.version)
            }
        }
        var new: [Int] = []
        for step in steps where applied[step.version] == nil {
            let storage = try await storageMode(connection)
            if step.isTransactional {
                try await run(step, storage, connection, now: now)
            } else {
                try await runWithoutTransaction(step, storage, connection, now: now)
            }
            new.append(step.version)
        }
        return new
    }

    private func run(_ step: Migration, _ storage: StorageMode, _ connection: PostgresConnection, now: Instant) async throws {
        try await connection.execute("begin")
        do {
            _ = try await connection.query("select set_config('tbg.storage', \(storage.rawValue), true)")
            try await connection.runScript(step.text)
            try await connection.execute(Self.record(step, storage, now))
            try await connection.execute("commit")
        } catch {
            _ = try? await connection.execute("rollback")
            throw error
        }
    }

    private func runWithoutTransaction(
        _ step: Migration,
        _ storage: StorageMode,
        _ connection: PostgresConnection,
        now: Instant
    ) async throws {
        // What an earlier attempt left half built is in the way of `if not exists`, and is of no use to anybody.
        try await dropInvalidIndexes(connection)
        do {
            for statement in step.statements { try await connection.runScript(statement) }
        } catch {
            try? await dropInvalidIndexes(connection)
            throw error
        }
        try await connection.execute(Self.record(step, storage, now))
    }

    /// A concurrent build that failed leaves an index that costs writes and answers nothing (spec 11 §9).
    private func dropInvalidIndexes(_ connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            """
            select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
            where not i.indisvalid and c.relkind = 'i' and c.relnamespace = current_schema()::regnamespace
            """
        )
        for row in rows {
            let name = try row.decode(String.self)
            try await connection.execute("drop index concurrently if exists \(identifier: name)")
        }
    }

    private static func record(_ step: Migration, _ storage: StorageMode, _ now: Instant) -> SQL {
        """
        insert into schema_migrations (version, name, applied_at, checksum, storage)
        values (\(Int32(step.version)), \(step.name), \(now), \(step.checksum), \(storage.rawValue))
        """
    }

    private static let recordedStorage: SQL = "select storage from schema_migrations where storage is not null order by version limit 1"

    /// The mode of the first migration stays; before it, the server decides (spec 03a §10).
    private func storageMode(_ connection: PostgresConnection) async throws -> StorageMode {
        let recorded = try await connection.query(Self.recordedStorage)
        if let text = try recorded.value(String.self), let mode = StorageMode(rawValue: text) { return mode }
        if timescale == .off { return .native }
        let offered = try await connection.query("select exists (select from pg_available_extensions where name = 'timescaledb')")
        let loaded = try await connection.query("select current_setting('shared_preload_libraries') like '%timescaledb%'")
        guard try offered.value(Bool.self) == true, try loaded.value(Bool.self) == true else {
            if timescale == .on { throw Failure.timescaleMissing }
            return .native
        }
        try await connection.execute("create extension if not exists timescaledb")
        return .timescale
    }

    private static let appliedRows: SQL = "select version, applied_at, checksum from schema_migrations order by version"

    private static func applied(in rows: PostgresRows) throws -> [Int: Applied] {
        try rows.reduce(into: [:]) { applied, row in
            let (version, at, checksum) = try row.decode((Int32, Instant, String).self)
            applied[Int(version)] = Applied(appliedAt: at, checksum: checksum)
        }
    }

    private func appliedSteps() async throws -> [Int: Applied] {
        guard try await isStarted() else { return [:] }
        return try Self.applied(in: await database.query(Self.appliedRows))
    }

    private func isStarted() async throws -> Bool {
        try await database.query("select to_regclass('schema_migrations') is not null").value(Bool.self) == true
    }
}
