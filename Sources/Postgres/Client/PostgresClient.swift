public import Logging

/// A PostgreSQL client.
///
/// Reads share a few pipelined read-only connections; writes and transactions borrow a connection of their own from a pool.
/// Connections are made when first needed and replaced for ever; while the server is away calls fail at once with
/// ``PostgresError/unavailable``. Call ``close()`` when done, or let ``run()`` do so.
public final class PostgresClient: Sendable {
    private let readers: ConnectionPool
    private let pool: ConnectionPool
    private let metrics: ClientMetrics

    /// A client; no connection is made yet.
    public init(configuration: PostgresConfiguration, logger: Logger) {
        let metrics = ClientMetrics(prefix: configuration.metricsPrefix)
        self.metrics = metrics
        readers = ConnectionPool(configuration, mode: .sharing, logger: logger) { _, _, _ in }
        pool = ConnectionPool(configuration, mode: .lending, logger: logger) { metrics.pool(size: $0, free: $1, waiters: $2) }
    }

    deinit {
        readers.close()
        pool.close()
    }

    /// Opens the minimum of connections and waits for the task's cancellation, then closes the client. Optional.
    public func run() async {
        readers.start()
        pool.start()
        let (forever, end) = AsyncStream<Never>.makeStream()
        for await _ in forever {}
        end.finish()
        await close()
    }

    /// Ends all connections. Calls in progress on borrowed connections may finish; others fail with ``PostgresError/closed``.
    public func close() async {
        readers.close()
        pool.close()
    }

    /// The connections open for transactions, those of them that are free, and the calls that wait for one.
    public var poolStatistics: (size: Int, free: Int, waiters: Int) { pool.statistics }

    // MARK: Statements

    /// Where a statement runs.
    public enum Access: Sendable {
        /// By the statement's first word: `select`, `with`, `values`, `table`, `show` and `explain` read, all others write.
        /// A read that turns out to write is refused by the server before it has any effect, and then run as a write.
        case automatic
        /// On a shared read-only connection; sent once more when its connection breaks.
        case read
        /// On a connection of its own; never sent twice.
        case write
    }

    /// Runs one statement outside any transaction and returns its rows.
    ///
    /// Session state does not survive the call: use ``withConnection(_:)`` for session-level locks and settings.
    /// - Throws: ``PostgresError``, or `CancellationError` when the task is cancelled.
    public nonisolated(nonsending) func query(_ sql: SQL, access: Access = .automatic) async throws -> PostgresRows {
        try sql.validate()
        return try await metrics.measure(sql.name) {
            let isRead = access == .read || (access == .automatic && sql.isRead)
            guard isRead else { return try await write(sql) }
            do {
                return try await read(sql)
            } catch let error as PostgresError where access == .automatic && error.sqlState == .readOnlyTransaction {
                return try await write(sql)
            }
        }
    }

    /// Runs one statement outside any transaction, on a connection of its own, and returns the number of rows it affected.
    @discardableResult
    public nonisolated(nonsending) func execute(_ sql: SQL) async throws -> Int {
        try await query(sql, access: .write).affected
    }

    private nonisolated(nonsending) func read(_ sql: SQL) async throws -> PostgresRows {
        var hasReconnected = false
        var preparations = 0
        while true {
            let session = try await readers.acquire()
            do {
                return try PostgresRows(await session.run(.statement(sql), cancellation: .abandon))
            } catch PostgresError.connectionLost where !hasReconnected {
                hasReconnected = true
            } catch let error as PostgresError where error.isStaleStatement && preparations < 2 {
                preparations += 1
            }
        }
    }

    private nonisolated(nonsending) func write(_ sql: SQL) async throws -> PostgresRows {
        let session = try await pool.acquire()
        defer { pool.release(session) }
        do {
            return try PostgresRows(await session.run(.statement(sql), cancellation: .interrupt))
        } catch let error as PostgresError where error.isStaleStatement {
            return try PostgresRows(await session.run(.statement(sql), cancellation: .interrupt))
        }
    }

    // MARK: Borrowing

    /// Lends a connection of its own, for session-level advisory locks and scripts.
    ///
    /// Afterwards session settings are reset and session-level locks are released. A connection left inside a transaction is closed.
    public nonisolated(nonsending) func withConnection<Value>(
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let session = try await pool.acquire()
        defer { pool.release(session) }
        let connection = PostgresConnection(session: session, metrics: metrics)
        do {
            let value = try await body(connection)
            await connection.end()
            return value
        } catch {
            await connection.end()
            throw error
        }
    }

    /// Runs `body` in a transaction. It commits when `body` returns and rolls back when `body` throws or the task is cancelled.
    ///
    /// `begin` travels with the first statement. Nothing is run twice: on ``PostgresError/isDeadlock`` or
    /// ``PostgresError/isSerializationFailure`` the caller decides whether to call again.
    /// - Throws: what `body` throws, ``PostgresError``, or `CancellationError`.
    public nonisolated(nonsending) func transaction<Value>(
        isolation level: IsolationLevel = .readCommitted,
        _ body: nonisolated(nonsending) (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let session = try await pool.acquire()
        defer { pool.release(session) }
        let transaction = PostgresTransaction(session: session, metrics: metrics, level: level)
        do {
            let value = try await body(transaction)
            try Task.checkCancellation()
            try await transaction.commit()
            return value
        } catch {
            await transaction.rollback()
            throw error
        }
    }
}

/// How far a transaction sees what others commit meanwhile.
public enum IsolationLevel: Sendable {
    /// Each statement sees what was committed before it began.
    case readCommitted
    /// The transaction sees what was committed before its first statement.
    case repeatableRead
    /// As if transactions ran one after the other.
    case serializable
}

extension PostgresRows {
    init(_ results: [ResultStorage]) throws(PostgresError) {
        guard let storage = results.first else { throw .connectionLost }
        self.init(storage: storage)
    }
}

extension SQL {
    /// Most parameters a statement can have: the protocol counts them in 16 bits.
    static let parameterLimit = 65_535

    func validate() throws(PostgresError) {
        guard parameterCount <= Self.parameterLimit else { throw .invalidRequest("more than \(Self.parameterLimit) parameters") }
    }

    /// Whether the first word promises a read.
    var isRead: Bool {
        guard case .text(let text)? = segments.first else { return false }
        return text.withUTF8Buffer { bytes in
            let word = bytes.drop { $0 == 0x20 || (0x09...0x0D).contains($0) || $0 == UInt8(ascii: "(") }.prefix {
                ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A
            }
            return ["select", "with", "values", "table", "show", "explain"].contains { (name: StaticString) in
                name.utf8CodeUnitCount == word.count && name.withUTF8Buffer { zip($0, word).allSatisfy { $0 == $1 | 0x20 } }
            }
        }
    }
}
