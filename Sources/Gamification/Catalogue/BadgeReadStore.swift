import Accounts
import GameRules
import Platform
import Postgres

/// The SQL of the public catalogue (spec 05 §9 nos. 1, 2).
struct BadgeReadStore: Sendable {
    /// Most earners shown with a badge.
    static let mostEarners = 10

    let database: PostgresClient
    /// The conditions in words, by slug: texts of the program, not of the rows.
    let conditions: [String: String]

    init(database: PostgresClient, catalogue: BadgeCatalogue) {
        self.database = database
        conditions = Dictionary(catalogue.entries.map { ($0.rule.slug, $0.condition) }) { first, _ in first }
    }

    private static let columns: SQL = """
        d.id, d.slug, d.name, d.description, d.category, d.rarity, d.xp_reward, coalesce(s.total_earned, 0), coalesce(s.percentage, 0)
        """

    /// Active badges, of one category or of all.
    static func selectActive(in category: BadgeCategory?) -> SQL {
        SQL.named(
            "badges",
            """
            select \(sql: columns) from badge_definitions d left join badge_stats s on s.badge_id = d.id
            where d.is_active and (\(category?.rawValue)::text is null or d.category = \(category?.rawValue))
            order by d.sort_order, d.id
            """
        )
    }

    static func select(slug: String) -> SQL {
        SQL.named(
            "badge",
            """
            select \(sql: columns) from badge_definitions d left join badge_stats s on s.badge_id = d.id
            where d.slug = \(slug) and d.is_active
            """
        )
    }

    /// Those who earned a badge last and let others see it.
    static func selectEarners(of badge: Int32) -> SQL {
        SQL.named(
            "badge_earners",
            """
            select b.user_id, u.display_name, b.earned_at
            from user_badges b join users u on u.id = b.user_id left join user_settings s on s.user_id = b.user_id
            where b.badge_id = \(badge) and not u.is_banned and coalesce(s.privacy ->> 'showOnLeaderboard', 'true') <> 'false'
            order by b.earned_at desc, b.id desc limit \(mostEarners)
            """
        )
    }

    func list(in category: BadgeCategory?) async throws -> BadgeList {
        BadgeList(badges: try await database.query(Self.selectActive(in: category)).map { try item($0).item })
    }

    /// Nil for what is not in the catalogue, or no longer.
    func detail(slug: String) async throws -> BadgeDetail? {
        guard let row = try await database.query(Self.select(slug: slug)).first else { return nil }
        let (id, item) = try self.item(row)
        let earners = try await database.query(Self.selectEarners(of: id)).map { row in
            let (user, name, earnedAt) = try row.decode((UserID, String?, Instant).self)
            return BadgeEarner(user: name ?? DisplayName.fallback(for: user), earnedAt: earnedAt)
        }
        return BadgeDetail(item: item, recentEarners: earners)
    }

    private func item(_ row: PostgresRow) throws -> (id: Int32, item: BadgeItem) {
        let (id, slug, name, description, category, rarity, reward, earned, percentage) = try row.decode(
            (Int32, String, String, String, String, String, Int32, Int32, PostgresNumeric).self
        )
        let item = BadgeItem(
            slug: slug,
            name: name,
            description: description,
            category: category,
            rarity: rarity,
            xpReward: reward,
            totalEarned: earned,
            percentageHundredths: percentage.unscaled(scale: 2) ?? 0,
            trigger: conditions[slug] ?? ""
        )
        return (id, item)
    }
}
