import Accounts
import API
import GameRules
package import Platform
import Postgres

/// The feed that everybody reads: pages of it, and its news on the sockets. Who may be named is asked when an entry is read or told, so that
/// a later wish is in force at once (spec 04 §2).
package struct ActivityFeed: Sendable {
    private let database: PostgresClient
    private let credits: PublicCredits
    private let publisher: Publisher

    package init(runtime: Runtime) {
        database = runtime.database
        credits = PublicCredits(database: runtime.database)
        publisher = Publisher(redis: runtime.redis, clock: runtime.clock)
    }

    func page(limit: Int, before: Int64?) async throws -> [FeedItem] {
        try await named(try await database.query(ActivityStore.page(limit: limit, before: before)).map(ActivityStore.entry))
    }

    /// Tells all sockets of new entries, if they are for everybody. After the commit; a message lost is no entry lost.
    package func announce(keys: [String]) async {
        guard !keys.isEmpty, let entries = try? await database.query(ActivityStore.entries(keys: keys)).map(ActivityStore.entry),
            let items = try? await named(entries)
        else { return }
        await publisher.send(
            items.map { item in
                Publisher.Shared(channel: "dashboard", type: "feed_item") { json in
                    json.name("item")
                    item.encode(to: &json)
                }
            }
        )
    }

    private func named(_ entries: [FeedEntry]) async throws -> [FeedItem] {
        let credits = try await credits.credits(of: Set(entries.compactMap(\.user)))
        return entries.map { entry in
            let credit = entry.user.flatMap { credits[$0] }
            return FeedItem(entry: entry, actor: credit.flatMap { $0.isNamed ? $0.name : nil } ?? PlainText.anonymous)
        }
    }
}
