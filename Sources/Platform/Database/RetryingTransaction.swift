package import Postgres

extension PostgresClient {
    /// Runs a transaction up to three times while it ends in a deadlock or a serialisation failure, a little later each time
    /// (spec 01 §6). The body must be fit to run again: no effects but the transaction's.
    package nonisolated(nonsending) func retryingTransaction<Value>(
        isolation level: IsolationLevel = .readCommitted,
        _ body: nonisolated(nonsending) (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        for _ in 1..<3 {
            do {
                return try await transaction(isolation: level, body)
            } catch let error as PostgresError where error.isDeadlock || error.isSerializationFailure {
                // Two that met once should not meet again in step.
                try await Task.sleep(for: .milliseconds(Int.random(in: 10...50)))
            }
        }
        return try await transaction(isolation: level, body)
    }
}
