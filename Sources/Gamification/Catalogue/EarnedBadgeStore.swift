import GameRules
import Platform
import Postgres

/// The SQL of one user's badges: at most as many rows as there are badges, by index.
struct EarnedBadgeStore: Sendable {
    struct Row: Sendable {
        let badge: Int32
        let earnedAt: Instant
        let metadata: JSONB
    }

    let database: PostgresClient

    /// Newest first.
    static func select(of user: UserID) -> SQL {
        SQL.named(
            "earned_badges",
            "select badge_id, earned_at, metadata from user_badges where user_id = \(user) order by earned_at desc, id desc"
        )
    }

    func badges(of user: UserID) async throws -> [Row] {
        try await database.query(Self.select(of: user)).map { row in
            let (badge, earnedAt, metadata) = try row.decode((Int32, Instant, JSONB).self)
            return Row(badge: badge, earnedAt: earnedAt, metadata: metadata)
        }
    }
}
