package import GameRules
package import Platform
import Postgres

/// Counts shares that were stored while nobody counted (spec 05 §6.4): those of a database that is older than gamification.
///
/// No other shares are ever left out. Every accepted share has an owner from its first instant (spec 03a §3), be it one nobody has signed
/// in as, and whoever signs in takes over that very user; an address that moves takes no shares along (02 §8.5). Badges and weeks of a
/// streak are given for them, but neither the experience of single days nor that of bests.
package struct Backfill: Sendable {
    private static let pageSize: Int32 = 500

    private let runtime: Runtime
    private let ledger: GameLedger
    private let book: BadgeBook
    private let streaks: (any StreakRepair)?
    private let store = BackfillStore()

    package init(runtime: Runtime, ledger: GameLedger, book: BadgeBook, streaks: (any StreakRepair)? = nil) {
        self.runtime = runtime
        self.ledger = ledger
        self.book = book
        self.streaks = streaks
    }

    /// Catches up with everybody who has shares that were not counted; answers how many those were. Doing it again changes nothing.
    @discardableResult
    package func run(now: Instant) async throws -> Int {
        var (after, count) = (UserID(0), 0)
        while true {
            let rows = try await runtime.database.query(store.behind(after: after, limit: Self.pageSize), access: .write)
            let users = try rows.map { try UserID(postgres: $0[0]) }
            guard let last = users.last else { return count }
            let outcome = try await runtime.database.retryingTransaction { transaction in
                try await catchUp(users, now: now, in: transaction)
            }
            await ledger.announce(outcome)
            count += users.count
            after = last
        }
    }

    private func catchUp(_ users: [UserID], now: Instant, in transaction: PostgresTransaction) async throws -> GameOutcome {
        try await transaction.execute(store.lock(users))
        _ = try await ledger.lock(users, now: now, in: transaction)
        let page = try await book.page(now: now, in: transaction)
        let results = try await transaction.pipeline([
            store.setTotals(users, now: now), store.setCalendar(users), store.setBests(users), store.remember(users, now: now),
        ])
        let standings = try GameStanding.decode(results[0])
        var effects = GameEffects()
        for (user, standing) in standings.sorted(by: { $0.key < $1.key }) {
            let shares = BadgeMetadata(["totalShares": GroupedNumber.text(standing.totalShares)])
            let best = BadgeMetadata(["difficulty": GroupedNumber.text(standing.bestDifficulty)])
            effects.award(.shareCount(standing.totalShares), to: user, from: page) { _ in shares }
            effects.award(.bestDifficulty(standing.bestDifficulty), to: user, from: page) { _ in best }
            effects.award(.blocksFound(standing.blocksFound), to: user, from: page) { _ in BadgeMetadata() }
        }
        var outcome = GameOutcome()
        if let streaks { outcome = try await streaks.evaluate(users, effects: &effects, now: now, in: transaction) }
        outcome.merge(try await ledger.apply(effects, to: standings, now: now, in: transaction))
        outcome.isSummed = true
        return outcome
    }
}
