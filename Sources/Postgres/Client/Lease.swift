import Synchronization

/// The right to use a borrowed connection, which ends with the call that lent it.
final class Lease: Sendable {
    let session: Session
    let metrics: ClientMetrics
    private let hasEnded = Atomic(false)

    init(session: Session, metrics: ClientMetrics) {
        self.session = session
        self.metrics = metrics
    }

    func end() { hasEnded.store(true, ordering: .releasing) }

    nonisolated(nonsending) func query(_ sql: SQL) async throws -> PostgresRows {
        try sql.validate()
        return try await metrics.measure(sql.name) {
            try PostgresRows(await run(.statement(sql)))
        }
    }

    /// Several statements in one round trip; reported under the first one's name.
    nonisolated(nonsending) func pipeline(_ statements: [SQL]) async throws -> [PostgresRows] {
        guard !statements.isEmpty else { return [] }
        for sql in statements { try sql.validate() }
        return try await metrics.measure(statements.lazy.compactMap(\.name).first) {
            let results = try await run(.statements(statements))
            guard results.count == statements.count else { throw PostgresError.connectionLost }
            return results.map(PostgresRows.init(storage:))
        }
    }

    /// Text by the simple protocol; returns the rows affected by its last statement.
    nonisolated(nonsending) func simple(_ text: String, data: [UInt8]? = nil, name: StaticString? = nil) async throws -> Int {
        try await metrics.measure(name) {
            try await run(.simple(text, data: data)).last?.affected ?? 0
        }
    }

    private nonisolated(nonsending) func run(_ work: Request.Work) async throws -> [ResultStorage] {
        guard !hasEnded.load(ordering: .acquiring) else { throw PostgresError.closed }
        return try await session.run(work, cancellation: .interrupt)
    }
}
