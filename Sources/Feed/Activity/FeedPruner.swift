package import GameRules
import Platform
package import Postgres

/// Keeps the feed and what was announced short (spec 04 §10.2, 08 §3): what it deletes depends on what is there alone, so that two runs do no
/// more than one.
package struct FeedPruner: Sendable {
    /// Entries that everybody may read.
    static let globalEntries = 1_000
    /// Rows one statement deletes.
    private static let batch = 1_000

    private let database: PostgresClient

    package init(database: PostgresClient) {
        self.database = database
    }

    package func run(at now: Instant) async throws {
        if let oldest = try await database.query(
            "select id from activity_feed where is_global order by id desc offset \(Self.globalEntries - 1) limit 1",
            access: .read
        ).value(Int64.self) {
            try await delete("activity_feed", "is_global and id < \(oldest)")
        }
        try await delete("activity_feed", "not is_global and created_at < \(now.adding(seconds: -30 * 86_400))")
        try await delete("upcoming_events", "ends_at < \(now.adding(seconds: -7 * 86_400))")
        try await delete("event_reminders", "sent_at < \(now.adding(seconds: -14 * 86_400))")
    }

    /// - Parameter table: one of ours.
    private func delete(_ table: SQL, _ condition: SQL) async throws {
        var count: Int
        repeat {
            count = try await database.execute(
                "delete from \(sql: table) where ctid = any(array(select ctid from \(sql: table) where \(sql: condition) limit \(Self.batch)))"
            )
        } while count == Self.batch
    }
}
