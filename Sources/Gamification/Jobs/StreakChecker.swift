import GameRules
import Mining
package import Platform
import Postgres
import Redis

/// Closes weeks: every Monday at 00:05, and whenever somebody is behind (spec 05 §7.3, §12). A run that was missed for several weeks needs no
/// special path, and one that is repeated finds nobody.
package struct StreakChecker: Sendable {
    /// Users of one transaction.
    static let pageSize = 500
    /// How long after the end of a week its last shares are waited for, seconds.
    private static let patience: Int64 = 900

    private let database: PostgresClient
    private let redis: RedisClient
    private let clock: Clock
    private let ledger: GameLedger
    private let streaks: StreakService

    /// - Parameters:
    ///   - news: what writes notifications and activity about experience and badges.
    ///   - observers: what writes them about streaks.
    package init(runtime: Runtime, badges: BadgeBook, news: [any GameNews] = [], observers: [any StreakObserver] = []) {
        database = runtime.database
        redis = runtime.redis
        clock = runtime.clock
        ledger = GameLedger(runtime: runtime, news: news)
        streaks = StreakService(badges: badges, observers: observers)
    }

    /// Waits for the shares of the last closed week, at most until a quarter past, then evaluates everybody who is behind.
    /// - Returns: how many users were evaluated.
    @discardableResult
    package func run() async throws -> Int {
        let week = StreakService.lastClosedWeek(at: clock.now())
        while try await !isSettled(week) { try await Task.sleep(for: .seconds(1)) }
        return try await evaluate(through: week) { StreakStore.selectBehind(week, after: $0, limit: Self.pageSize) }
    }

    /// Evaluates everybody anew, after the list of excused weeks changed.
    @discardableResult
    package func runForEverybody() async throws -> Int {
        let week = StreakService.lastClosedWeek(at: clock.now())
        return try await evaluate(through: week, cause: .anew) { StreakStore.selectAll(after: $0, limit: Self.pageSize) }
    }

    private func isSettled(_ week: ISOWeek) async throws -> Bool {
        if clock.now() >= week.end.adding(seconds: Self.patience) { return true }
        // Without Redis nothing is known; a quarter past it no longer matters.
        return ((try? await Watermark.published(on: redis)) ?? nil).map { $0 >= week.end } ?? false
    }

    private func evaluate(
        through week: ISOWeek,
        cause: StreakTarget.Cause = .check,
        page: (_ after: UserID) -> SQL
    ) async throws -> Int {
        var (last, count) = (UserID(0), 0)
        while true {
            let users = try await database.query(page(last)).map { try $0.decode(UserID.self) }
            guard let newest = users.last else { return count }
            let outcome = try await evaluate(users, through: week, cause: cause)
            await ledger.announce(outcome)
            last = newest
            count += users.count
        }
    }

    /// One transaction. Who was evaluated meanwhile by somebody else is evaluated again, which changes nothing.
    private func evaluate(_ users: [UserID], through week: ISOWeek, cause: StreakTarget.Cause) async throws -> GameOutcome {
        let now = clock.now()
        return try await database.retryingTransaction { transaction in
            let standings = try await ledger.lock(users, now: now, in: transaction)
            var effects = GameEffects()
            let targets = standings.keys.map { StreakTarget(user: $0, through: week, cause: cause) }
            let told = try await streaks.evaluate(targets, effects: &effects, now: now, in: transaction)
            var outcome = try await ledger.apply(effects, to: standings, now: now, in: transaction)
            outcome.merge(told)
            return outcome
        }
    }
}
