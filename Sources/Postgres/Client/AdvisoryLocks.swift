/// Advisory locks of the session: held until released or until the connection ends. One 64-bit key and two 32-bit keys are
/// separate spaces (PostgreSQL manual, 9.27.10).
extension PostgresConnection {
    /// Takes the lock if it is free, and says whether it did.
    public nonisolated(nonsending) func tryAdvisoryLock(_ key: Int64) async throws -> Bool {
        try await flag("select pg_try_advisory_lock(\(key))")
    }

    /// Takes the lock if it is free, and says whether it did.
    public nonisolated(nonsending) func tryAdvisoryLock(_ space: Int32, _ key: Int32) async throws -> Bool {
        try await flag("select pg_try_advisory_lock(\(space), \(key))")
    }

    /// Waits for the lock, at most for the lock timeout.
    public nonisolated(nonsending) func advisoryLock(_ key: Int64) async throws {
        _ = try await query("select pg_advisory_lock(\(key))")
    }

    /// Waits for the lock, at most for the lock timeout.
    public nonisolated(nonsending) func advisoryLock(_ space: Int32, _ key: Int32) async throws {
        _ = try await query("select pg_advisory_lock(\(space), \(key))")
    }

    /// Releases the lock, and says whether it was held.
    @discardableResult
    public nonisolated(nonsending) func advisoryUnlock(_ key: Int64) async throws -> Bool {
        try await flag("select pg_advisory_unlock(\(key))")
    }

    /// Releases the lock, and says whether it was held.
    @discardableResult
    public nonisolated(nonsending) func advisoryUnlock(_ space: Int32, _ key: Int32) async throws -> Bool {
        try await flag("select pg_advisory_unlock(\(space), \(key))")
    }

    private nonisolated(nonsending) func flag(_ sql: SQL) async throws -> Bool {
        try await query(sql).first?.decode(Bool.self) ?? false
    }
}

/// Advisory locks of the transaction: held until it ends.
extension PostgresTransaction {
    /// Takes the lock if it is free, and says whether it did.
    public nonisolated(nonsending) func tryAdvisoryLock(_ key: Int64) async throws -> Bool {
        try await query("select pg_try_advisory_xact_lock(\(key))").first?.decode(Bool.self) ?? false
    }

    /// Takes the lock if it is free, and says whether it did.
    public nonisolated(nonsending) func tryAdvisoryLock(_ space: Int32, _ key: Int32) async throws -> Bool {
        try await query("select pg_try_advisory_xact_lock(\(space), \(key))").first?.decode(Bool.self) ?? false
    }

    /// Waits for the lock, at most for the lock timeout.
    public nonisolated(nonsending) func advisoryLock(_ key: Int64) async throws {
        _ = try await query("select pg_advisory_xact_lock(\(key))")
    }

    /// Waits for the lock, at most for the lock timeout.
    public nonisolated(nonsending) func advisoryLock(_ space: Int32, _ key: Int32) async throws {
        _ = try await query("select pg_advisory_xact_lock(\(space), \(key))")
    }
}
