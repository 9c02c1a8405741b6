package import GameRules
import Platform
package import Postgres

/// `tbg rebuild gamification`: calendar, badges, totals, levels and streaks anew from days of mining and the ledger, and what differs.
///
/// The ledger is the truth and is never written. A page of users is one transaction; nobody else writes to their rows meanwhile.
package struct GameRebuild: Sendable {
    private static let pageSize = 500

    private let database: PostgresClient

    package init(database: PostgresClient) { self.database = database }

    /// Tells every difference and answers their number; a healthy database has none.
    ///
    /// - Parameter applies: whether what the facts say is stored.
    package func run(applies: Bool, now: Instant, report: (String) -> Void) async throws -> Int {
        let checked = try await database.query(RebuildStore.selectLastCheck).value(String?.self) ?? nil
        let last = checked.flatMap { ISOWeek($0) }
        var (after, count) = (UserID(0), 0)
        while true {
            let users = try await database.query(RebuildStore.selectUsers(after: after, limit: Self.pageSize))
                .map { try $0.decode(UserID.self) }
            guard let newest = users.last else { break }
            let differences = try await page(users, checkedThrough: last, applies: applies, now: now)
            differences.forEach(report)
            count += differences.count
            after = newest
        }
        if applies { try await database.execute(RecalculationStore.refreshStatistics(at: now)) }
        return count
    }

    /// What a dry run has found, thrown to take back what it did to find it.
    private struct DryRun: Error {
        let differences: [String]
    }

    private func page(_ users: [UserID], checkedThrough last: ISOWeek?, applies: Bool, now: Instant) async throws -> [String] {
        do {
            return try await database.retryingTransaction { transaction in
                try await transaction.execute(RebuildStore.lock(users))
                let differences =
                    try await mendCalendar(of: users, in: transaction) + mendBadges(of: users, in: transaction)
                    + mendTotals(of: users, checkedThrough: last, now: now, in: transaction)
                if !applies { throw DryRun(differences: differences) }
                return differences
            }
        } catch let dryRun as DryRun {
            return dryRun.differences
        }
    }

    private func mendCalendar(of users: [UserID], in transaction: PostgresTransaction) async throws -> [String] {
        let weeks = try await transaction.query(RebuildStore.selectCalendar(of: users)).map { row in
            let (user, monday, shares, best, days) = try row.decode((UserID, UTCDay, Int64, Double, Int16).self)
            return RebuildStore.Week(user: user, week: ISOWeek(containing: monday), shares: shares, best: best, days: days)
        }
        if !weeks.isEmpty { try await transaction.execute(RebuildStore.write(weeks)) }
        return weeks.map { "user \($0.user): week \($0.week) should have \($0.shares) shares, best \($0.best), days \($0.days)" }
    }

    private func mendBadges(of users: [UserID], in transaction: PostgresTransaction) async throws -> [String] {
        var texts: [String] = []
        let missing = try await transaction.query(RebuildStore.selectMissingBadges(of: users)).map { row in
            let (user, badge, slug, at) = try row.decode((UserID, Int32, String, Instant).self)
            texts.append("user \(user): badge \(slug) is missing")
            return (user: user, badge: badge, at: at)
        }
        if !missing.isEmpty { try await transaction.execute(RebuildStore.write(missing)) }
        return texts
    }

    private func mendTotals(
        of users: [UserID],
        checkedThrough last: ISOWeek?,
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> [String] {
        let read = try await transaction.pipeline([
            RebuildStore.selectFacts(of: users), RebuildStore.selectStored(of: users), ExcusedWeeks.select,
        ])
        let excused = try ExcusedWeeks.weeks(read[2])
        let stored = try RebuildStore.stored(read[1])
        var (texts, changed): ([String], [(user: UserID, row: RebuiltRow)]) = ([], [])
        for row in read[0] {
            let (user, rebuilt) = try RebuildStore.rebuilt(row, excused: excused, checkedThrough: last)
            // Who has done nothing has no row.
            if stored[user] == nil, rebuilt == RebuiltRow() { continue }
            let before = stored[user] ?? .empty
            let differences = rebuilt.differences(from: before.row, level: before.level)
            guard stored[user] == nil || !differences.isEmpty else { continue }
            texts += (differences.isEmpty ? ["row is missing"] : differences).map { "user \(user): \($0)" }
            changed.append((user, rebuilt))
        }
        if !changed.isEmpty { try await transaction.execute(RebuildStore.write(changed, at: now)) }
        return texts
    }
}
