package import GameRules
import Platform
package import Postgres

/// Removes what has lost its use: tokens, finished mails, dead API keys (spec 02 §11). Doing it twice changes nothing.
package struct TokenCleanup: Sendable {
    /// Rows removed by one statement, so that none holds locks for long.
    static let batchSize = 5000
    private static let daySeconds: Int64 = 86_400

    private let database: PostgresClient
    private let batch: Int

    package init(database: PostgresClient) {
        self.init(database: database, batch: Self.batchSize)
    }

    init(database: PostgresClient, batch: Int) {
        self.database = database
        self.batch = batch
    }

    /// - Returns: how many rows went.
    @discardableResult
    package func run(at now: Instant) async throws -> Int {
        var removed = 0
        for statement in statements(at: now) {
            while true {
                try Task.checkCancellation()
                let count = try await database.execute(statement)
                removed += count
                if count < batch { break }
            }
        }
        return removed
    }

    /// Rotated and revoked refresh tokens stay until they expire: without them a reuse could not be recognised.
    private func statements(at now: Instant) -> [SQL] {
        func ago(days: Int64) -> Instant { now.adding(seconds: -days * Self.daySeconds) }
        return [
            remove("refresh_tokens", where: "expires_at < \(now)"),
            remove("email_verification_tokens", where: "expires_at < \(ago(days: 7)) or used_at < \(ago(days: 7))"),
            remove("password_reset_tokens", where: "expires_at < \(ago(days: 7)) or used_at < \(ago(days: 7))"),
            remove("email_outbox", where: "finished_at < \(ago(days: 30))"),
            remove("api_keys", where: "revoked_at < \(ago(days: 90)) or expires_at < \(ago(days: 90))"),
        ]
    }

    private func remove(_ table: SQL, where condition: SQL) -> SQL {
        SQL.named(
            "token_cleanup",
            "delete from \(sql: table) where id in (select id from \(sql: table) where \(sql: condition) limit \(batch))"
        )
    }
}
