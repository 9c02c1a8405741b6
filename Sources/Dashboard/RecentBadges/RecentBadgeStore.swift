import GameRules
import Platform
import Postgres

/// The SQL of a user's newest badges.
struct RecentBadgeStore: Sendable {
    let database: PostgresClient

    static func statement(user: UserID, limit: Int) -> SQL {
        SQL.named(
            "dashboard_recent_badges",
            """
            select d.slug, d.name, d.description, d.rarity, e.earned_at
            from user_badges e join badge_definitions d on d.id = e.badge_id
            where e.user_id = \(user)
            order by e.earned_at desc, e.id desc limit \(limit)
            """
        )
    }

    func newest(of user: UserID, limit: Int) async throws -> [RecentBadge] {
        try await database.query(Self.statement(user: user, limit: limit)).decode((String, String, String, String, Instant).self)
            .map { RecentBadge(slug: $0, name: $1, description: $2, rarity: $3, earnedAt: $4) }
    }
}
