package import GameRules
package import Postgres
import Synchronization

/// The badge definitions, remembered by the process. The rows decide, not the code: they are made equal to the data file when they are first
/// read, and read again a minute later.
package final class BadgeBook: Sendable {
    /// The definitions as one reading found them.
    package struct Page: Sendable {
        /// All, also inactive ones, in order.
        package let all: [BadgeDefinition]
        private let byRule: [BadgeRule: BadgeDefinition]
        private let rules: BadgeRules

        package init(_ all: [BadgeDefinition]) {
            self.all = all.sorted()
            rules = BadgeRules(all.map(\.rule))
            byRule = Dictionary(all.map { ($0.rule, $0) }) { first, _ in first }
        }

        /// Active badges a fact deserves, in order.
        package func deserved(by fact: BadgeFact) -> [BadgeDefinition] {
            rules.deserved(by: fact).compactMap { byRule[$0] }
        }

        /// Active badges.
        package var active: [BadgeDefinition] { rules.rules.compactMap { byRule[$0] } }
    }

    private struct State {
        var page: Page?
        var readAt = Instant.unixEpoch
    }

    private static let lifeSeconds: Int64 = 60
    private let catalogue: BadgeCatalogue
    private let store = BadgeStore()
    private let state = Mutex(State())

    package init(catalogue: BadgeCatalogue) { self.catalogue = catalogue }

    /// A book of the program's own badges.
    package static func embedded() throws -> BadgeBook { BadgeBook(catalogue: try .embedded()) }

    /// The definitions, from memory where they are fresh.
    package func page(now: Instant, in transaction: PostgresTransaction) async throws -> Page {
        let known = state.withLock { $0 }
        if let page = known.page, abs(now.seconds(since: known.readAt)) < Self.lifeSeconds { return page }
        // A transaction that is undone may have made rows this page knows, but then they have other ids the next time: a page that was made
        // with writes is not remembered.
        if known.page == nil, try await !isInstalled(in: transaction) {
            try await store.install(catalogue, now: now, in: transaction)
            return Page(try await store.definitions(in: transaction).map(\.definition))
        }
        let page = Page(try await store.definitions(in: transaction).map(\.definition))
        state.withLock { $0 = State(page: page, readAt: now) }
        return page
    }

    /// Whether every badge of the data file is there as it says, and no other is active.
    private func isInstalled(in transaction: PostgresTransaction) async throws -> Bool {
        let rows = try await store.definitions(in: transaction)
        let stored = Dictionary(rows.map { ($0.definition.rule.slug, $0) }) { first, _ in first }
        let known = catalogue.entries.allSatisfy { entry in
            stored[entry.rule.slug].map {
                $0.definition.rule == entry.rule && $0.definition.name == entry.name && $0.definition.text == entry.text
                    && $0.definition.category == entry.category && $0.definition.rarity == entry.rarity && $0.iconURL == entry.iconURL
            } ?? false
        }
        let slugs = Set(catalogue.entries.map(\.rule.slug))
        return known && rows.allSatisfy { slugs.contains($0.definition.rule.slug) || !$0.definition.rule.isActive }
    }
}
