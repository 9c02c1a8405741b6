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
        let oldest = try await database.query(Self.oldestKept, access: .read).value(Int64.self)
        for statement in Self.deletions(keeping: oldest, at: now) {
            while try await database.execute(statement) == Self.batch {}
        }
    }

    /// Answers the id of the last entry that stays; nothing while there are fewer.
    static let oldestKept = SQL.named(
        "feed_oldest_kept",
        "select id from activity_feed where is_global order by id desc offset \(globalEntries - 1) limit 1"
    )

    /// A statement deletes one batch, and is repeated for as long as it finds a whole one.
    static func deletions(keeping oldest: Int64?, at now: Instant) -> [SQL] {
        func before(_ days: Int64) -> Instant { now.adding(seconds: -days * 86_400) }
        let kept = oldest.map { delete("activity_feed", "is_global and id < \($0)") }
        return [kept].compactMap { $0 } + [
            delete("activity_feed", "not is_global and created_at < \(before(30))"),
            delete("upcoming_events", "ends_at < \(before(7))"),
            delete("event_reminders", "sent_at < \(before(14))"),
        ]
    }

    /// - Parameter table: one of ours.
    private static func delete(_ table: SQL, _ condition: SQL) -> SQL {
        "delete from \(sql: table) where ctid = any(array(select ctid from \(sql: table) where \(sql: condition) limit \(batch)))"
    }
}
