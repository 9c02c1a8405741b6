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
        /// Another one for other definitions.
        let stamp: Int
        private let byRule: [BadgeRule: BadgeDefinition]
        private let rules: BadgeRules
        private let shareThresholds: [Int64]
        private let bestThresholds: [Double]

        package init(_ all: [BadgeDefinition], stamp: Int = 0) {
            self.all = all.sorted()
            self.stamp = stamp
            let active = all.filter(\.rule.isActive).map(\.rule.trigger)
            shareThresholds = active.compactMap { if case .shareCount(let threshold) = $0 { threshold } else { nil } }
            bestThresholds = active.compactMap { if case .bestDifficulty(let threshold) = $0 { threshold } else { nil } }
            rules = BadgeRules(all.map(\.rule))
            byRule = Dictionary(all.map { ($0.rule, $0) }) { first, _ in first }
        }

        /// Active badges a fact deserves, in order.
        package func deserved(by fact: BadgeFact) -> [BadgeDefinition] {
            rules.deserved(by: fact).compactMap { byRule[$0] }
        }

        /// How many active badges a number of shares deserves.
        func met(shares: Int64) -> Int { shareThresholds.count { shares >= $0 } }

        /// How many active badges a best share deserves.
        func met(best: Double) -> Int { bestThresholds.count { best >= $0 } }

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
            return Page(try await store.definitions(in: transaction).map(\.definition), stamp: -1)
        }
        let all = try await store.definitions(in: transaction).map(\.definition).sorted()
        return state.withLock { state in
            let stamp = state.page.map { $0.all == all ? $0.stamp : $0.stamp + 1 } ?? 1
            let page = Page(all, stamp: stamp)
            state = State(page: page, readAt: now)
            return page
        }
    }

    /// Makes the rows equal to the data file, when a process starts. A second start writes nothing.
    package func install(in database: PostgresClient, now: Instant) async throws {
        try await database.transaction { transaction in
            if try await !isInstalled(in: transaction) { try await store.install(catalogue, now: now, in: transaction) }
        }
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
