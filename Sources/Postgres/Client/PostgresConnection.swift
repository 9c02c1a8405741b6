/// A connection lent to one caller. Usable only inside the call that lent it.
public struct PostgresConnection: Sendable {
    let lease: Lease

    init(session: Session, metrics: ClientMetrics) {
        lease = Lease(session: session, metrics: metrics)
    }

    /// Whether the connection still stands. Session-level locks are held exactly as long.
    public var isOpen: Bool { lease.session.isOpen }

    /// Runs one statement and returns its rows.
    public nonisolated(nonsending) func query(_ sql: SQL) async throws -> PostgresRows { try await lease.query(sql) }

    /// Runs one statement and returns the number of rows it affected.
    @discardableResult
    public nonisolated(nonsending) func execute(_ sql: SQL) async throws -> Int { try await lease.query(sql).affected }

    /// Runs the text of a script, any number of statements, by the simple protocol: as one transaction unless it controls
    /// transactions itself. For migrations; never for text that contains input.
    public nonisolated(nonsending) func runScript(_ text: String) async throws {
        _ = try await lease.simple(text)
    }

    /// Leaves the connection as the pool lends it.
    nonisolated(nonsending) func end() async {
        lease.end()
        guard isOpen else { return }
        do {
            // Refused inside a transaction block: a connection left in one is not lent again.
            let reset: [SQL] = [SQL(control: "select pg_advisory_unlock_all()"), SQL(control: "reset all")]
            _ = try await lease.session.run(.statements(reset), cancellation: .ignore)
        } catch {
            await lease.session.close(.closed)
        }
    }
}
