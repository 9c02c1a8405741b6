import Synchronization

/// A transaction in progress. Usable only inside the call that began it.
public struct PostgresTransaction: Sendable {
    let lease: Lease
    private let savepoints: SavepointCounter

    init(session: Session, metrics: ClientMetrics, level: IsolationLevel) {
        lease = Lease(session: session, metrics: metrics)
        savepoints = SavepointCounter()
        let begin =
            switch level {
            case .readCommitted: "begin"
            case .repeatableRead: "begin isolation level repeatable read"
            case .serializable: "begin isolation level serializable"
            }
        session.enqueue(SQL(control: begin))
    }

    /// Runs one statement and returns its rows.
    public nonisolated(nonsending) func query(_ sql: SQL) async throws -> PostgresRows { try await lease.query(sql) }

    /// Runs one statement and returns the number of rows it affected.
    @discardableResult
    public nonisolated(nonsending) func execute(_ sql: SQL) async throws -> Int { try await lease.query(sql).affected }

    /// Runs several statements in one round trip and returns each one's rows. The first error skips the rest and is thrown.
    @discardableResult
    public nonisolated(nonsending) func pipeline(_ statements: [SQL]) async throws -> [PostgresRows] {
        try await lease.pipeline(statements)
    }

    /// Runs `body` in a savepoint: when it throws, what it did is undone and the transaction can go on.
    public nonisolated(nonsending) func savepoint<Value>(
        _ body: nonisolated(nonsending) (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let name = "sp\(savepoints.next())"
        lease.session.enqueue(SQL(control: "savepoint \(name)"))
        do {
            let value = try await body(self)
            _ = try await lease.query(SQL(control: "release savepoint \(name)"))
            return value
        } catch {
            let undo = [SQL(control: "rollback to savepoint \(name)"), SQL(control: "release savepoint \(name)")]
            _ = try await lease.session.run(.statements(undo), cancellation: .ignore)
            throw error
        }
    }

    /// Writes rows by `COPY … FROM STDIN (FORMAT binary)` and returns their number.
    ///
    /// The column types must be those the values encode as: the binary format converts nothing.
    /// - Parameters:
    ///   - table: the table's name, as written in SQL.
    ///   - columns: the columns' names, as written in SQL, in the order of the rows' values.
    @discardableResult
    public nonisolated(nonsending) func copy(into table: StaticString, columns: [StaticString], rows: CopyWriter) async throws -> Int {
        guard rows.count > 0 else { return 0 }
        guard rows.isRectangular(columns.count) else {
            throw PostgresError.invalidRequest("a row has not as many values as there are columns")
        }
        let list = columns.map { "\($0)" }.joined(separator: ", ")
        return try await lease.simple("copy \(table) (\(list)) from stdin (format binary)", data: rows.finished(), name: table)
    }

    nonisolated(nonsending) func commit() async throws {
        lease.end()
        let result = try await lease.session.run(.statement(SQL(control: "commit")), cancellation: .ignore)
        // The server answers `commit` in a failed transaction by rolling back, without an error.
        guard result.first?.command == "COMMIT" else { throw PostgresError.transactionAborted }
    }

    /// Undoes everything. A connection that cannot even do that is given up, which undoes it too.
    nonisolated(nonsending) func rollback() async {
        lease.end()
        guard lease.session.isOpen else { return }
        do {
            _ = try await lease.session.run(.statement(SQL(control: "rollback")), cancellation: .ignore)
        } catch {
            await lease.session.close(.closed)
        }
    }
}

/// Numbers the savepoints of one transaction.
private final class SavepointCounter: Sendable {
    private let value = Atomic(0)

    func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).newValue }
}
