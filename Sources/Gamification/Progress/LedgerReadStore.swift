import GameRules
import Platform
import Postgres

/// The SQL that reads one user's ledger (spec 05 §9 no. 6): by index, never another user's rows.
struct LedgerReadStore: Sendable {
    let database: PostgresClient

    private static func filter(_ user: UserID, _ source: XPSource?) -> SQL {
        "user_id = \(user) and (\(source?.rawValue)::text is null or source = \(source?.rawValue))"
    }

    /// Newest first. Pages are numbered, so the rows of earlier ones are passed over: at most 100,000, all of this user.
    static func selectPage(_ query: LedgerQuery, of user: UserID) -> SQL {
        SQL.named(
            "xp_history",
            """
            select amount, source, source_id, description, created_at from xp_ledger where \(sql: filter(user, query.source))
            order by created_at desc, id desc limit \(Int64(query.perPage)) offset \(Int64((query.page - 1) * query.perPage))
            """
        )
    }

    static func selectCount(_ query: LedgerQuery, of user: UserID) -> SQL {
        SQL.named("xp_history_count", "select count(*) from xp_ledger where \(sql: filter(user, query.source))")
    }

    func page(_ query: LedgerQuery, of user: UserID) async throws -> LedgerPage {
        async let count = database.query(Self.selectCount(query, of: user)).value(Int64.self)
        let rows = try await database.query(Self.selectPage(query, of: user))
        let entries = try rows.map { row in
            let (amount, source, sourceID, description, createdAt) = try row.decode((Int32, String, String?, String?, Instant).self)
            return LedgerEntry(amount: amount, source: source, sourceID: sourceID, description: description, createdAt: createdAt)
        }
        return LedgerPage(entries: entries, total: try await count ?? 0, page: query.page, perPage: query.perPage)
    }
}
