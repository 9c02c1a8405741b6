package import GameRules
import Logging
package import Mining
package import Platform
package import Postgres
import Synchronization

/// Gamification inside ingest's transaction (spec 05 §6): what a batch stores for the first time is counted, paid and awarded with it, or not
/// at all. Three statements a batch, and a few more where something is given.
package final class GameEngine: BatchObserver {
    private let ledger: GameLedger
    private let book: BadgeBook
    private let repair: (any StreakRepair)?
    private let firstShares: [any FirstShareObserver]
    private let known = KnownAwards()
    private let counts = ShareCountStore()
    private let pending = Mutex<[UInt64: Pending]>([:])

    /// What waits for the commit of a batch.
    private struct Pending: Sendable {
        var outcome: GameOutcome
        var learned: KnownAwards.Learned
    }

    /// - Parameters:
    ///   - repair: evaluates streaks after late shares.
    ///   - firstShares: features that wait for a user's first share.
    package init(ledger: GameLedger, book: BadgeBook, repair: (any StreakRepair)? = nil, firstShares: [any FirstShareObserver] = []) {
        self.ledger = ledger
        self.book = book
        self.repair = repair
        self.firstShares = firstShares
    }

    /// - Throws: for a data file that cannot be read.
    package convenience init(
        runtime: Runtime,
        repair: (any StreakRepair)? = nil,
        firstShares: [any FirstShareObserver] = []
    ) throws {
        self.init(ledger: GameLedger(runtime: runtime), book: try .embedded(), repair: repair, firstShares: firstShares)
    }

    // MARK: inside the transaction

    package func batchStored(_ change: BatchChange, in transaction: PostgresTransaction) async throws {
        let fold = ShareFold(change.shares, raised: change.raisedBests)
        let finders = FoundBlocks(change.blocks)
        guard !fold.isEmpty || !finders.isEmpty else { return }
        let page = try await book.page(now: change.now, in: transaction)

        var standings = try await count(fold, now: change.now, in: transaction)
        if !finders.isEmpty { standings.merge(try await count(finders, now: change.now, in: transaction)) { $1 } }

        var judge = ShareJudge(page: page, known: known)
        judge.judge(fold, standings)
        judge.judge(finders, standings)
        var outcome = GameOutcome()
        let late = Self.late(fold, standings)
        if let repair, !late.isEmpty {
            outcome.merge(try await repair.repair(late, effects: &judge.effects, now: change.now, in: transaction))
        }
        if !judge.effects.isEmpty {
            outcome.merge(try await ledger.apply(judge.effects, to: standings, now: change.now, in: transaction))
            outcome.merge(try await tell(firstSharesIn: outcome, page, now: change.now, in: transaction))
        }
        keep(Pending(outcome: outcome, learned: judge.learned), of: change)
    }

    private func count(_ fold: ShareFold, now: Instant, in transaction: PostgresTransaction) async throws -> [UserID: GameStanding] {
        guard !fold.isEmpty else { return [:] }
        var statements = [counts.add(fold.counts, now: now)]
        if !fold.users.isEmpty { statements += [counts.addWeeks(fold.calendar), counts.addBests(fold.bests)] }
        return try GameStanding.decode(await transaction.pipeline(statements)[0])
    }

    private func count(_ blocks: FoundBlocks, now: Instant, in transaction: PostgresTransaction) async throws -> [UserID: GameStanding] {
        _ = try await ledger.lock(blocks.users, now: now, in: transaction)
        return try GameStanding.decode(await transaction.query(counts.recountBlocks(blocks.users.sorted(), now: now)))
    }

    /// Weeks that had been evaluated before these shares came.
    private static func late(_ fold: ShareFold, _ standings: [UserID: GameStanding]) -> [LateWeek] {
        var late: Set<LateWeek> = []
        for (user, weeks) in fold.users {
            guard let evaluated = standings[user]?.evaluatedWeek else { continue }
            for week in weeks where week.week <= evaluated { late.insert(LateWeek(user: user, week: week.week, evaluatedWeek: evaluated)) }
        }
        return late.sorted { ($0.user, $0.week) < ($1.user, $1.week) }
    }

    /// Lets features act on first shares, such as the one of who was given a miner.
    private func tell(
        firstSharesIn outcome: GameOutcome,
        _ page: BadgeBook.Page,
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> GameOutcome {
        let users = outcome.earned.filter { $0.badge.rule.slug == Self.firstShareSlug }.map(\.user)
        guard !users.isEmpty, !firstShares.isEmpty else { return GameOutcome() }
        var effects = GameEffects()
        for observer in firstShares {
            for occurrence in try await observer.firstShares(of: users, now: now, in: transaction) {
                effects.award(.event(occurrence.event.rawValue), to: occurrence.user, from: page) { _ in occurrence.shown }
            }
        }
        return try await ledger.apply(effects, now: now, in: transaction)
    }

    private static let firstShareSlug = "first_share"

    // MARK: after the commit

    package func batchCommitted(_ change: BatchChange) async {
        guard let pending = pending.withLock({ $0.removeValue(forKey: change.number) }) else { return }
        known.remember(pending.learned)
        await ledger.announce(pending.outcome)
    }

    /// Batches that were undone leave theirs behind; those are dropped when much newer ones come.
    private func keep(_ new: Pending, of change: BatchChange) {
        pending.withLock { pending in
            if pending.count > 256 { pending = pending.filter { $0.key + 256 > change.number } }
            pending[change.number] = new
        }
    }
}

/// A feature that waits for the first accepted share of a user (spec 05 §4.3, `gift_bitaxe`).
package protocol FirstShareObserver: Sendable {
    /// Called in the transaction that counts the shares.
    /// - Returns: what it means to others, such as to who gave the miner.
    func firstShares(of users: [UserID], now: Instant, in transaction: PostgresTransaction) async throws -> [GameOccurrence]
}
