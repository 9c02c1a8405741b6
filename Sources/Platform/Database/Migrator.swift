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

    private let database: PostgresClient
    private let steps: [Migration]
    private let timescale: Settings.TimescaleMode

    package init(database: PostgresClient, steps: [Migration] = Migration.all, timescale: Settings.TimescaleMode = .auto) {
        self.database = database
        self.steps = steps
        self.timescale = timescale
    }

    /// Applies what is missing and makes the ranges of time tables; answers the versions applied.
    /// - Parameter now: recorded as the time of application, and where ranges begin.
    @discardableResult
    package func up(now: Instant) async throws -> [Int] {
        let applied = try await database.withConnection { connection in
            try await lock(connection)
            do {
                let applied = try await migrate(connection, now: now)
                _ = try? await connection.query("select pg_advisory_unlock(7462, 2)")
                return applied
            } catch {
                _ = try? await connection.query("select pg_advisory_unlock(7462, 2)")
                throw error
            }
        }
        try await TimeTableKeeper(database: database).makeRanges(at: now)
        return applied
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

    // MARK: steps

    private struct Applied: Sendable {
        let appliedAt: Instant
        let checksum: String
    }

    private func lock(_ connection: PostgresConnection) async throws {
        do {
            try await connection.execute("set lock_timeout = '5min'")
            try await connection.execute("set statement_timeout = '6min'")
            _ = try await connection.query("select pg_advisory_lock(7462, 2)")
            try await connection.execute("set statement_timeout = 0")
        } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
            throw Failure.lockTimeout
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
        let applied = try await appliedSteps(on: connection)
        for step in steps {
            if let checksum = applied[step.version]?.checksum, checksum != step.checksum {
                throw Failure.changedStep(version: step.version)
            }
        }
        var new: [Int] = []
        for step in steps where applied[step.version] == nil {
            let storage = try await storageMode(connection)
            try await connection.execute("begin")
            do {
                _ = try await connection.query("select set_config('tbg.storage', \(storage.rawValue), true)")
                try await connection.runScript(step.text)
                try await connection.execute(
                    """
                    insert into schema_migrations (version, name, applied_at, checksum, storage)
                    values (\(Int32(step.version)), \(step.name), \(now), \(step.checksum), \(storage.rawValue))
                    """
                )
                try await connection.execute("commit")
            } catch {
                _ = try? await connection.execute("rollback")
                throw error
            }
            new.append(step.version)
        }
        return new
    }

    /// The mode of the first migration stays; before it, the server decides (spec 03a §10).
    private func storageMode(_ connection: PostgresConnection) async throws -> StorageMode {
        let recorded = try await connection.query(
            "select storage from schema_migrations where storage is not null order by version limit 1"
        )
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

    private func appliedSteps(on connection: PostgresConnection) async throws -> [Int: Applied] {
        let rows = try await connection.query("select version, applied_at, checksum from schema_migrations order by version")
        return try rows.reduce(into: [:]) { applied, row in
            let (version, at, checksum) = try row.decode((Int32, Instant, String).self)
            applied[Int(version)] = Applied(appliedAt: at, checksum: checksum)
        }
    }

    private func appliedSteps() async throws -> [Int: Applied] {
        let exists = try await database.query("select to_regclass('schema_migrations') is not null")
        guard try exists.value(Bool.self) == true else { return [:] }
        let rows = try await database.query("select version, applied_at, checksum from schema_migrations order by version")
        return try rows.reduce(into: [:]) { applied, row in
            let (version, at, checksum) = try row.decode((Int32, Instant, String).self)
            applied[Int(version)] = Applied(appliedAt: at, checksum: checksum)
        }
    }
}
