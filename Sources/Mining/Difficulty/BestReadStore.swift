import GameRules
import Platform
import Postgres

/// Reads `personal_bests` (spec 03 §2): single rows by key, and two counts along the index of ranks where Redis cannot tell.
struct BestReadStore: Sendable {
    /// What the counts may take, milliseconds (spec 03 §4.4).
    private static let patience = 2000

    struct Row: Sendable, Equatable {
        let key: BestKey
        let difficulty: Double
        let time: Instant
        let workerName: String?
    }

    let database: PostgresClient

    /// The bests of some periods, in any order.
    func bests(_ keys: [BestKey], of user: UserID) async throws -> [Row] {
        try await database.query(Self.select(keys, of: user)).compactMap { row in
            let (frame, period, difficulty, time, worker) = try row.decode((String, String, Double, Instant, String?).self)
            guard let timeframe = BestTimeframe(rawValue: frame) else { return nil }
            let key = BestKey(user: user, timeframe: timeframe, period: period)
            return Row(key: key, difficulty: difficulty, time: time, workerName: worker)
        }
    }

    static func select(_ keys: [BestKey], of user: UserID) -> SQL {
        SQL.named(
            "personal_bests",
            """
            select b.timeframe, b.period_key, b.best_difficulty, b.share_time, b.worker_name
            from unnest(\(keys.map(\.timeframe.rawValue)), \(keys.map(\.period))) as k (timeframe, period_key)
            join personal_bests b on b.user_id = \(user) and b.timeframe = k.timeframe and b.period_key = k.period_key
            """
        )
    }

    /// Where a best stands among all users who are not banned.
    /// - Throws: an unavailable `PostgresError` when counting takes longer than two seconds.
    func standing(of best: Row) async throws -> BestStanding {
        let counts = try await database.transaction { transaction in
            try await transaction.pipeline([
                "set local statement_timeout = \(literal: String(Self.patience))",
                Self.countAbove(best.key, best.difficulty),
                Self.count(best.key),
            ])
        }
        let above = try counts[1].value(Int64.self) ?? 0
        return BestStanding(above: above, total: try counts[2].value(Int64.self) ?? 0)
    }

    static func countAbove(_ key: BestKey, _ difficulty: Double) -> SQL {
        SQL.named(
            "personal_bests_above",
            """
            select count(*) from personal_bests b
            where b.timeframe = \(key.timeframe.rawValue) and b.period_key = \(key.period) and b.best_difficulty > \(difficulty)
              and not exists (select from users u where u.id = b.user_id and u.is_banned)
            """
        )
    }

    static func count(_ key: BestKey) -> SQL {
        SQL.named(
            "personal_bests_total",
            """
            select count(*) from personal_bests b where b.timeframe = \(key.timeframe.rawValue) and b.period_key = \(key.period)
              and not exists (select from users u where u.id = b.user_id and u.is_banned)
            """
        )
    }
}
