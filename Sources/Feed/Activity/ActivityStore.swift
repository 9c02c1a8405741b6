import API
package import GameRules
import Platform
package import Postgres

/// The SQL of histories and of the feed.
package enum ActivityStore {
    /// Writes entries in the transaction of what they tell; those whose key is known already are left out.
    /// What everybody may read is announced after the commit; see ``ActivityFeed/announce(keys:)``.
    package static func insert(_ activities: [Activity], at now: Instant, in transaction: PostgresTransaction) async throws {
        guard !activities.isEmpty else { return }
        let own = activities.filter { $0.user != nil }
        let fresh = own.isEmpty ? [] : try await transaction.query(histories(own, at: now)).decode((UserID, String).self)
        let keys = Set(fresh.map { Key(user: $0, dedupeKey: $1) })
        let news = activities.filter { activity in
            activity.headline != nil && (activity.user.map { keys.contains(Key(user: $0, dedupeKey: activity.dedupeKey)) } ?? true)
        }
        // Of two that tell the same the later one knows more.
        var seen: Set<String> = []
        let told = Array(news.reversed().filter { seen.insert($0.feedKey).inserted }.reversed())
        if !told.isEmpty { try await transaction.execute(feed(told, at: now)) }
    }

    private struct Key: Hashable {
        let user: UserID
        let dedupeKey: String
    }

    /// - Parameter all: of users only.
    private static func histories(_ all: [Activity], at now: Instant) -> SQL {
        SQL.named(
            "activity_insert",
            """
            insert into activity_events (user_id, activity_type, category, title, description, metadata, link, xp, is_global, dedupe_key, created_at)
            select a.user_id, a.kind, a.category, a.title, a.description, a.metadata, a.link, a.xp, a.is_global, a.key, \(now)
            from unnest(\(all.compactMap(\.user)), \(all.map(\.kind.rawValue)), \(all.map(\.kind.category)), \(all.map(\.title)),
                        \(all.map(\.description)), \(all.map { JSONB(.object($0.metadata)) }), \(all.map(\.link)), \(all.map { $0.xp.map(Int32.init) }),
                        \(all.map { $0.headline != nil }), \(all.map(\.dedupeKey)))
                as a (user_id, kind, category, title, description, metadata, link, xp, is_global, key)
            on conflict (user_id, dedupe_key) where dedupe_key is not null do nothing
            returning user_id, dedupe_key
            """
        )
    }

    private static func feed(_ told: [Activity], at now: Instant) -> SQL {
        SQL.named(
            "feed_insert",
            """
            insert into activity_feed (event_type, user_id, title, description, metadata, is_global, dedup_key, created_at)
            select a.kind, a.user_id, a.title, a.description, a.metadata, true, a.key, \(now)
            from unnest(\(told.map(\.kind.rawValue)), \(told.map(\.user)), \(told.map { $0.headline?.title ?? "" }),
                        \(told.map { $0.headline?.description }), \(told.map { JSONB(.object($0.metadata)) }),
                        \(told.map(\.feedKey)))
                as a (kind, user_id, title, description, metadata, key)
            on conflict (dedup_key) where dedup_key is not null do update set user_id = excluded.user_id
            where activity_feed.user_id is null and excluded.user_id is not null
            """
        )
    }

    /// Entries that everybody may read, newest first.
    /// - Parameter before: only older ones than this id.
    static func page(limit: Int, before: Int64?) -> SQL {
        let keyset: SQL = before.map { "and id < \($0)" } ?? ""
        return SQL.named(
            "feed_page",
            """
            select id, event_type, user_id, title, description, metadata, created_at from activity_feed
            where is_global \(sql: keyset) order by id desc limit \(limit)
            """
        )
    }

    /// Entries of some keys that everybody may read.
    static func entries(keys: [String]) -> SQL {
        SQL.named(
            "feed_entries",
            """
            select id, event_type, user_id, title, description, metadata, created_at from activity_feed
            where dedup_key = any(\(keys)) and is_global order by id
            """
        )
    }

    static func entry(_ row: PostgresRow) throws -> FeedEntry {
        let (id, type, user, title, description, metadata, created) = try row.decode(
            (Int64, String, UserID?, String, String?, JSONB, Instant).self
        )
        return FeedEntry(
            id: id,
            type: type,
            user: user,
            title: title,
            description: description,
            metadata: try metadata.parsed().objectValue ?? JSONObject(),
            createdAt: created
        )
    }
}
