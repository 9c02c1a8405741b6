package import GameRules
package import Postgres

/// An ordinary table with a row for each something and UTC day in its column `bucket`, and how long its rows are kept (spec 03a §9).
package struct DayTable: Sendable {
    package let name: StaticString
    /// Days after which rows are deleted.
    package let retentionDays: Int

    /// Sums of workers' days.
    package static let workerDays = DayTable(name: "daily_shares", retentionDays: 400)
    /// Every such table that is not kept for good.
    package static let all = [workerDays, DayTable(name: "worker_rejects", retentionDays: 400)]

    /// Rows one statement deletes.
    private static let batch = 10_000

    /// Deletes up to a batch of the rows past retention.
    package func deletion(at now: Instant) -> SQL {
        let table: SQL = "\(identifier: name.description)"
        let cutoff = UTCDay(containing: now).advanced(by: -retentionDays)
        return """
            delete from \(sql: table)
            where ctid = any(array(select ctid from \(sql: table) where bucket < \(cutoff) limit \(Int64(Self.batch))))
            """
    }

    /// Deletes all rows past retention, a batch at a time, so that nobody waits for long; answers how many. Safe to repeat.
    @discardableResult
    package func deleteExpired(at now: Instant, in database: PostgresClient) async throws -> Int {
        var deleted = 0
        while true {
            let count = try await database.execute(deletion(at: now))
            deleted += count
            if count < Self.batch { return deleted }
        }
    }
}
