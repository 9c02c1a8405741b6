package import GameRules
package import Platform
import Postgres

/// Sunday 18:00: six hours are left to those who have a streak and mined nothing this week (spec 05 §12).
package struct StreakWarning: Sendable {
    private let database: PostgresClient
    private let publisher: Publisher
    private let atRisk: StreaksAtRisk
    private let observers: [any StreakObserver]

    package init(runtime: Runtime, observers: [any StreakObserver] = []) {
        database = runtime.database
        publisher = runtime.publisher
        atRisk = StreaksAtRisk(database: runtime.database)
        self.observers = observers
    }

    /// - Returns: how many users were warned.
    @discardableResult
    package func run(at now: Instant) async throws -> Int {
        let week = ISOWeek(containing: now)
        var (last, count) = (UserID(0), 0)
        while true {
            let stakes = try await atRisk.page(in: week, after: last)
            guard let newest = stakes.last else { return count }
            let news = stakes.map { StreakNews(user: $0.user, kind: .warning, weeks: $0.weeks, week: week) }
            try await database.retryingTransaction { transaction in
                for observer in observers { try await observer.streaksChanged(news, now: now, in: transaction) }
            }
            await publisher.send(stakes.map { StreakMessages.warning($0.weeks, longest: $0.longest, of: $0.user, in: week) })
            last = newest.user
            count += stakes.count
        }
    }
}
