package import GameRules
import Logging
package import Platform
package import Postgres

/// Writes what a transaction gives to users, exactly once, in a fixed number of statements (spec 05 §4.4, §5.3): ledger rows and badges by
/// their keys, then totals and levels, then celebrations and news. The transaction is the caller's; ``announce(_:)`` follows its commit.
package struct GameLedger: Sendable {
    private let database: PostgresClient
    private let publisher: Publisher
    private let clock: Clock
    private let logger: Logger
    private let news: [any GameNews]
    private let store = LedgerStore()

    /// - Parameter news: what writes notifications and activity about it.
    package init(runtime: Runtime, news: [any GameNews] = []) {
        self.news = news
        database = runtime.database
        publisher = runtime.publisher
        clock = runtime.clock
        logger = runtime.logger
    }

    /// Locks the rows of some users, in ascending order, and makes those that are missing. A transaction that acts on several users does
    /// this once, for all of them, before anything else of this room.
    package func lock(_ users: some Sequence<UserID>, now: Instant, in transaction: PostgresTransaction) async throws -> [UserID:
        GameStanding]
    {
        let users = Set(users).sorted()
        return users.isEmpty ? [:] : try GameStanding.decode(await transaction.query(store.lock(users, now: now)))
    }

    /// Locks, then writes.
    @discardableResult
    package func apply(_ effects: GameEffects, now: Instant, in transaction: PostgresTransaction) async throws -> GameOutcome {
        guard !effects.isEmpty else { return GameOutcome() }
        let standings = try await lock(effects.users, now: now, in: transaction)
        return try await apply(effects, to: standings, now: now, in: transaction)
    }

    /// Writes effects on users whose rows this transaction has locked; users without a standing are left out.
    package func apply(
        _ effects: GameEffects,
        to standings: [UserID: GameStanding],
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> GameOutcome {
        let grants = effects.grants.filter { standings[$0.user] != nil }
        let awards = effects.awards.filter { standings[$0.user] != nil }.sorted { ($0.user, $0.badge) < ($1.user, $1.badge) }
        guard !grants.isEmpty || !awards.isEmpty else { return GameOutcome() }

        let results = try await transaction.pipeline([store.book(grants, now: now), store.award(awards, now: now)])
        let booked = Set(try results[0].map { try String(postgres: $0[0]) })
        var (outcome, changes) = try Self.outcome(
            booked: booked,
            grants,
            awarded: try Self.awarded(results[1]),
            awards,
            standings,
            now: now
        )
        guard !changes.isEmpty else { return GameOutcome() }
        outcome.bests = effects.personalBests.filter { booked.contains(XPGrant.personalBest(in: $0.week, by: $0.user).key) }

        var statements = [store.add(changes, now: now)]
        if !outcome.risen.isEmpty { statements.append(store.celebrate(outcome.risen, now: now)) }
        let totals = try await transaction.pipeline(statements)[0]
        try Self.check(totals, changes, standings)
        for news in news { try await news.tell(outcome, now: now, in: transaction) }
        return outcome
    }

    // MARK: outcome

    private struct Badge: Hashable {
        let user: UserID
        let badge: Int32
    }

    private static func awarded(_ rows: PostgresRows) throws -> [Badge: Bool] {
        try rows.reduce(into: [:]) { awarded, row in
            let (user, badge, isPaid) = try row.decode((UserID, Int32, Bool).self)
            awarded[Badge(user: user, badge: badge)] = isPaid
        }
    }

    private static func outcome(
        booked: Set<String>,
        _ grants: [XPGrant],
        awarded: [Badge: Bool],
        _ awards: [GameEffects.Award],
        _ standings: [UserID: GameStanding],
        now: Instant
    ) throws -> (outcome: GameOutcome, changes: [LedgerStore.Change]) {
        var outcome = GameOutcome()
        var changes: [UserID: LedgerStore.Change] = [:]
        func pay(_ grant: XPGrant) {
            let total = (standings[grant.user]?.totalXP ?? 0) + (changes[grant.user]?.xp ?? 0) + grant.amount
            changes[grant.user, default: .init(user: grant.user)].xp += grant.amount
            outcome.paid.append(.init(grant: grant, totalXP: total, level: LevelTable.level(forTotalXP: total).number))
        }
        for grant in grants where booked.contains(grant.key) { pay(grant) }
        for award in awards {
            guard let isPaid = awarded[Badge(user: award.user, badge: award.badge.id)] else { continue }
            if isPaid, let grant = XPGrant.badge(award.badge, to: award.user) { pay(grant) }
            changes[award.user, default: .init(user: award.user)].badges += 1
            outcome.earned.append(.init(user: award.user, badge: award.badge, metadata: award.metadata, at: now))
        }
        for (user, change) in changes {
            let before = standings[user]?.totalXP ?? 0
            changes[user]?.level = LevelTable.level(forTotalXP: before + change.xp)
            if let rise = LevelRise(from: before, to: before + change.xp) {
                outcome.risen.append(.init(user: user, rise: rise, totalXP: before + change.xp))
            }
        }
        outcome.risen.sort { $0.user < $1.user }
        return (outcome, changes.values.sorted { $0.user < $1.user })
    }

    /// The rows were locked when their totals were read: another sum now means that somebody wrote without the lock.
    private static func check(_ rows: PostgresRows, _ changes: [LedgerStore.Change], _ standings: [UserID: GameStanding]) throws {
        let totals = try rows.reduce(into: [UserID: Int64]()) { totals, row in
            let (user, total) = try row.decode((UserID, Int64).self)
            totals[user] = total
        }
        for change in changes where totals[change.user] != (standings[change.user]?.totalXP ?? 0) + change.xp {
            throw LedgerFault.staleStanding(change.user)
        }
    }

    // MARK: after the commit

    /// Tells the users, best effort: whatever fails here, the facts are in the database.
    package func announce(_ outcome: GameOutcome) async {
        guard !outcome.isEmpty else { return }
        await publisher.send(outcome.messages)
        for news in news { await news.committed(outcome) }
        guard !outcome.earned.isEmpty else { return }
        do {
            try await database.execute(store.markNotified(outcome.earned))
            try await database.execute(store.countEarned(outcome.earned, now: clock.now()))
        } catch {
            logger.warning("badge statistics not counted", metadata: ["event": "badge_stats", "error_kind": "\(type(of: error))"])
        }
    }
}

/// What must never happen to the ledger.
package enum LedgerFault: Error, Equatable {
    /// A total changed although its row was locked.
    case staleStanding(UserID)
    /// An adjustment would take a total below 0.
    case belowZero(total: Int64)
    /// There is no such user.
    case unknownUser(UserID)
    /// A correction with this id was booked, of another user or another amount.
    case otherAdjustment(String)
}
