import API
package import GameRules
import Platform
package import Postgres

/// Weeks in which the pool itself was down, as operators recorded them: row `platform` of `game_configs` (spec 05 §7.2).
package struct ExcusedWeeks: Sendable {
    private static let member = "excused_weeks"

    private let database: PostgresClient

    package init(database: PostgresClient) {
        self.database = database
    }

    static let select = SQL.named("excused_weeks", "select config from game_configs where key = 'platform'")

    /// What is not a week is not excused.
    static func weeks(_ rows: PostgresRows) throws -> Set<ISOWeek> {
        let config = try rows.value(JSONB.self)?.parsed().objectValue
        return Set((config?[member]?.arrayValue ?? []).compactMap { $0.stringValue.flatMap { ISOWeek($0) } })
    }

    /// All that are recorded.
    package func current() async throws -> Set<ISOWeek> { try Self.weeks(await database.query(Self.select)) }

    /// Records a week, or takes it back, and says whether that changed anything.
    package func set(_ week: ISOWeek, isExcused: Bool, at now: Instant) async throws -> Bool {
        try await database.transaction { transaction in
            let lock: SQL = "select config from game_configs where key = 'platform' for update"
            let rows = try await transaction.query(lock)
            var weeks = try Self.weeks(rows)
            let changed = isExcused ? weeks.insert(week).inserted : weeks.remove(week) != nil
            guard changed else { return false }
            var config = try rows.value(JSONB.self)?.parsed().objectValue ?? JSONObject()
            config[Self.member] = .array(weeks.sorted().map { .string($0.description) })
            try await transaction.execute(
                """
                insert into game_configs (key, name, slug, sort_order, config, updated_at)
                values ('platform', 'Platform', 'platform', 100, \(JSONB(.object(config))), \(now))
                on conflict (key) do update set config = excluded.config, updated_at = excluded.updated_at
                """
            )
            let details: JSONObject = ["week": .string(week.description), "excused": .bool(isExcused)]
            try await transaction.execute(AuditLog.insert(AuditEvent("streak.excuse_week", by: .admin, details: details), at: now))
            return true
        }
    }
}
