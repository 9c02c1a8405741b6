import API
package import GameRules
import Platform
import NIOCore
package import Postgres

/// The SQL of badge definitions.
package struct BadgeStore: Sendable {
    package init() {}

    private static let read: SQL = SQL.named(
        "badge_definitions",
        """
        select id, slug, name, description, category, rarity, xp_reward, trigger_type, (trigger_config->>'threshold')::double precision,
               trigger_config->>'event', sort_order, is_active, icon_url
        from badge_definitions order by sort_order, slug
        """
    )

    /// A row with what the catalogue says of it beside the definition.
    struct Row: Sendable {
        let definition: BadgeDefinition
        let iconURL: String?
    }

    /// All definitions the program understands; others are left to the version that does.
    func definitions(in transaction: PostgresTransaction) async throws -> [Row] {
        try await transaction.query(Self.read).compactMap { row in
            let (id, slug, name, text, category, rarity, xp, kind, threshold, event, order, isActive, icon) = try row.decode(
                (Int32, String, String, String, String, String, Int32, String, Double?, String?, Int32, Bool, String?).self
            )
            guard let category = BadgeDefinition.Category(rawValue: category), let rarity = BadgeDefinition.Rarity(rawValue: rarity),
                let kind = BadgeTrigger.Kind(rawValue: kind),
                let trigger = BadgeTrigger(kind: kind, threshold: threshold, event: event)
            else { return nil }
            let rule = BadgeRule(slug: slug, sortOrder: Int(order), xpReward: Int64(xp), isActive: isActive, trigger: trigger)
            return Row(
                definition: BadgeDefinition(id: id, rule: rule, name: name, text: text, category: category, rarity: rarity),
                iconURL: icon
            )
        }
    }

    /// Makes the rows equal to the catalogue: by slug, in one transaction, without a write where nothing differs. What the catalogue has no
    /// more is switched off, never removed.
    package func install(_ catalogue: BadgeCatalogue, now: Instant, in transaction: PostgresTransaction) async throws {
        let entries = catalogue.entries
        try await transaction.pipeline([
            """
            insert into badge_definitions as d (slug, name, description, category, rarity, xp_reward, trigger_type, trigger_config, icon_url,
                                                sort_order, is_active, created_at)
            select slug, name, description, category, rarity, xp, kind, settings::jsonb, icon, place, active, \(now)
            from unnest(\(entries.map(\.rule.slug)), \(entries.map(\.name)), \(entries.map(\.text)), \(entries.map(\.category.rawValue)),
                        \(entries.map(\.rarity.rawValue)), \(entries.map { Int32(clamping: $0.rule.xpReward) }),
                        \(entries.map(\.rule.trigger.kind.rawValue)), \(entries.map { Self.settings($0.rule.trigger) }),
                        \(entries.map(\.iconURL)), \(entries.map { Int32(clamping: $0.rule.sortOrder) }), \(entries.map(\.rule.isActive)))
                as e (slug, name, description, category, rarity, xp, kind, settings, icon, place, active)
            order by slug
            on conflict (slug) do update set
                name = excluded.name, description = excluded.description, category = excluded.category, rarity = excluded.rarity,
                xp_reward = excluded.xp_reward, trigger_type = excluded.trigger_type, trigger_config = excluded.trigger_config,
                icon_url = excluded.icon_url, sort_order = excluded.sort_order, is_active = excluded.is_active
            where (d.name, d.description, d.category, d.rarity, d.xp_reward, d.trigger_type, d.trigger_config, d.icon_url, d.sort_order,
                   d.is_active)
                is distinct from (excluded.name, excluded.description, excluded.category, excluded.rarity, excluded.xp_reward,
                                  excluded.trigger_type, excluded.trigger_config, excluded.icon_url, excluded.sort_order, excluded.is_active)
            """,
            "update badge_definitions set is_active = false where is_active and slug <> all(\(entries.map(\.rule.slug)))",
            """
            insert into badge_stats (badge_id, updated_at) select id, \(now) from badge_definitions where slug = any(\(entries.map(\.rule.slug)))
            on conflict (badge_id) do nothing
            """,
        ])
    }

    private static func settings(_ trigger: BadgeTrigger) -> String {
        var json = JSONWriter()
        json.beginObject()
        switch trigger {
        case .shareCount(let threshold), .streak(let threshold), .blockFound(let threshold):
            json.name("threshold")
            json.integer(threshold)
        case .bestDifficulty(let threshold):
            json.name("threshold")
            json.double(threshold)
        case .event(let name):
            json.name("event")
            json.string(name)
        }
        json.endObject()
        return String(buffer: json.buffer)
    }
}
