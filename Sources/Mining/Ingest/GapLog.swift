package import GameRules
import Platform
package import Postgres

/// A span of pool time of which Redis has lost entries that nobody had read. Rows of the raw log fill it (spec 03a §6.5).
package struct Gap: Sendable, Equatable {
    /// Where the span begins: the last settled instant and ten minutes more.
    package let from: Instant
    /// When the loss was last noticed; the span ends there.
    package let noticedAt: Instant
}

/// Gaps and the watermark, in `consumer_offsets`: what is known of them survives Redis and every process.
package struct GapLog: Sendable {
    static let gapStream = "gap"
    static let watermarkStream = "watermark"
    /// Entries may have been on their way when the watermark was taken.
    private static let marginSeconds: Int64 = 600

    private let database: PostgresClient
    private let group: String

    package init(database: PostgresClient, group: String) {
        self.database = database
        self.group = group
    }

    /// Opens a gap from the last settled instant on, or widens the one that is open. Nothing can be missing where nothing ever settled.
    package func open(now: Instant) async throws {
        guard let settled = try await watermark() else { return }
        let from = settled.adding(seconds: -Self.marginSeconds)
        try await database.execute(
            """
            insert into consumer_offsets as o (consumer_group, stream, last_id, updated_at)
            values (\(group), \(Self.gapStream), \(from.decimalSeconds), \(now))
            on conflict (consumer_group, stream) do update
            set last_id = least(o.last_id, excluded.last_id), updated_at = greatest(o.updated_at, excluded.updated_at)
            """
        )
    }

    /// The gap that waits for repair.
    package func current() async throws -> Gap? {
        let rows = try await database.query(
            "select last_id, updated_at from consumer_offsets where consumer_group = \(group) and stream = \(Self.gapStream)"
        )
        guard let (from, at) = try rows.first?.decode((String, Instant).self), let instant = PoolTime.parse(from) else { return nil }
        return Gap(from: instant, noticedAt: at)
    }

    /// Closes a repaired gap; one that has grown meanwhile stays open.
    package func close(_ gap: Gap) async throws {
        try await database.execute(
            """
            delete from consumer_offsets where consumer_group = \(group) and stream = \(Self.gapStream)
            and last_id = \(gap.from.decimalSeconds) and updated_at = \(gap.noticedAt)
            """
        )
    }

    /// The instant up to which everything is in the database, as last written.
    package func watermark() async throws -> Instant? {
        let rows = try await database.query(
            "select last_id from consumer_offsets where consumer_group = \(group) and stream = \(Self.watermarkStream)",
            access: .write
        )
        return try rows.value(String.self).flatMap { PoolTime.parse($0) }
    }

    /// Writes the watermark; it never goes back.
    package func settle(_ instant: Instant, now: Instant) async throws {
        try await database.execute(
            """
            insert into consumer_offsets as o (consumer_group, stream, last_id, updated_at)
            values (\(group), \(Self.watermarkStream), \(instant.decimalSeconds), \(now))
            on conflict (consumer_group, stream) do update
            set last_id = greatest(o.last_id, excluded.last_id), updated_at = excluded.updated_at
            """
        )
    }
}
