package import GameRules
import Logging
import Metrics
package import Platform
import Postgres
import Synchronization

/// Every hour: holds totals against the ledger and the badges, mends what drifted, and counts badges anew (spec 05 §12).
///
/// A healthy row is never written. A correction sends nothing and celebrates nothing; it may lower a level.
package final class Recalculator: Sendable {
    /// What a run found.
    package struct Report: Sendable, Equatable {
        /// Users looked at.
        package var checked = 0
        /// Users corrected.
        package var corrected: [UserID] = []
    }

    /// When this process looked last.
    private struct Runs {
        var last: Instant?
        var lastSweep: Instant?
        /// Users of the last sweep.
        var users = 0
    }

    private static let pageSize = 1_000
    private static let day: Int64 = 86_400
    /// A transaction may commit so long after the instant it wrote, seconds.
    private static let margin: Int64 = 600

    private let database: PostgresClient
    private let logger: Logger
    private let runs = Mutex(Runs())
    private let drift = Counter(label: "tbg_xp_drift_total")
    private let smallPool: Int

    /// - Parameter smallPool: up to so many users all are looked at every time, so that even a row changed by hand, which carries no trace of
    ///   it, is right within the hour.
    package init(runtime: Runtime, smallPool: Int = 50_000) {
        self.smallPool = smallPool
        database = runtime.database
        logger = runtime.logger
    }

    /// Looks at users changed since the last run; at all once a day, when this process has not looked yet, and in a small pool.
    @discardableResult
    package func run(at now: Instant) async throws -> Report {
        let runs = runs.withLock { $0 }
        let sweeps = runs.users <= smallPool || runs.lastSweep.map { now.seconds(since: $0) >= Self.day } ?? true
        let report = try await check(changedSince: sweeps ? nil : runs.last?.adding(seconds: -Self.margin), at: now)
        try await database.execute(RecalculationStore.refreshStatistics(at: now))
        self.runs.withLock {
            $0.last = now
            if sweeps {
                $0.lastSweep = now
                $0.users = report.checked
            }
        }
        return report
    }

    private func check(changedSince since: Instant?, at now: Instant) async throws -> Report {
        var report = Report()
        var last = UserID(0)
        while true {
            let rows = try await database.query(RecalculationStore.selectPage(after: last, changedSince: since, limit: Self.pageSize))
            guard let newest = try rows.last?.decode(UserID.self) else { return report }
            report.checked += rows.count
            for row in rows {
                let (user, isHealthy) = try row.decode((UserID, Bool).self)
                if !isHealthy, try await correct(user, at: now) { report.corrected.append(user) }
            }
            last = newest
        }
    }

    /// Under the row's lock, which every writer of the ledger takes first, both sides are read again.
    private func correct(_ user: UserID, at now: Instant) async throws -> Bool {
        let corrected = try await database.retryingTransaction { transaction in
            try await transaction.execute(RecalculationStore.lock(user))
            return try await transaction.execute(RecalculationStore.correct(user, at: now)) > 0
        }
        guard corrected else { return false }
        drift.increment()
        logger.error("totals drifted from the ledger", metadata: ["event": "xp_drift", "user_id": "\(user)"])
        return true
    }
}
