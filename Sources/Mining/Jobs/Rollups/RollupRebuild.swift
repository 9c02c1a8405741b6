import Bitcoin
package import GameRules
import Platform
package import Postgres

/// Computes derived tables anew from `shares` and tells, or mends, what differs (spec 03 §6 "repair"). A healthy database differs in nothing.
///
/// Mending takes one transaction for a user's day, one for a user's totals and one for an hour of the pool; each first takes the lock that
/// keeps ingest from adding meanwhile, so mining may go on. Without mending, each user is read in one snapshot and nothing is locked.
package struct RollupRebuild: Sendable {
    package enum Refusal: Error, Equatable, CustomStringConvertible {
        /// Shares of the day, or of the evening before it, may be gone: computing from the rest would destroy what is right.
        case tooOld(UTCDay)
        case notBegun(UTCDay)

        package var description: String {
            switch self {
            case .tooOld(let day): "shares before \(day) are no longer complete"
            case .notBegun(let day): "\(day) has not begun"
            }
        }
    }

    private let database: PostgresClient
    private let daily = DailyStatsStore()
    private let rows = ShareStore()

    /// - Parameter database: of a tool; statements may take long.
    package init(database: PostgresClient) {
        self.database = database
    }

    /// Compares some days, and with `mends` stores what the shares say.
    /// - Parameter tell: hears of every difference.
    /// - Returns: the number of differences.
    package func run(
        _ days: ClosedRange<UTCDay>,
        mends: Bool,
        now: Instant,
        tell: (RollupDifference) -> Void
    ) async throws -> Int {
        let today = UTCDay(containing: now)
        let oldest = today.advanced(by: 1 - Self.retentionDays)
        guard days.lowerBound >= oldest else { throw Refusal.tooOld(oldest) }
        guard days.upperBound <= today else { throw Refusal.notBegun(days.upperBound) }
        var count = 0
        var active: [UserID: [UTCDay]] = [:]
        for day in days {
            for user in try await database.query(RollupStore.users(on: day)).decode(UserID.self) { active[user, default: []].append(day) }
        }
        for (user, own) in active.sorted(by: { $0.key < $1.key }) {
            let differences = try await mends ? mend(user, own, now: now) : compare(user, own, range: days, now: now)
            differences.forEach(tell)
            count += differences.count
        }
        for day in days {
            for hour in 0..<24 {
                let differences = try await pool(PoolHourRollup(hour: day.hour(hour)), mends: mends)
                differences.forEach(tell)
                count += differences.count
            }
        }
        return count
    }

    private static let retentionDays = TimeTable.all.first { $0.name.description == "shares" }?.retentionDays ?? 0

    // MARK: users

    private func compare(_ user: UserID, _ days: [UTCDay], range: ClosedRange<UTCDay>, now: Instant) async throws -> [RollupDifference] {
        try await database.transaction(isolation: .repeatableRead) { transaction in
            var lifetime = LifetimeRollups(user: user, today: UTCDay(containing: now), distrusted: range)
            var differences: [RollupDifference] = []
            for day in days {
                let rollups = try await fold(.init(user: user, day: day), in: transaction)
                differences += try await Self.differences(rollups, in: transaction)
                lifetime.span.add(rollups.span)
                lifetime.corrections.append(rollups)
            }
            return differences + (try lifetime.totals(try await transaction.pipeline(lifetime.statements)).differences)
        }
    }

    private func mend(_ user: UserID, _ days: [UTCDay], now: Instant) async throws -> [RollupDifference] {
        var lifetime = LifetimeRollups(user: user, today: UTCDay(containing: now))
        var differences: [RollupDifference] = []
        for day in days {
            let (found, span) = try await database.transaction { transaction in
                try await transaction.pipeline(ShareStore.lockTotals(of: [user]))
                let rollups = try await fold(.init(user: user, day: day), in: transaction)
                let found = try await Self.differences(rollups, in: transaction)
                if !found.isEmpty { try await transaction.pipeline(RollupStore.remove(rollups.key) + insert(rollups, now: now)) }
                return (found, rollups.span)
            }
            differences += found
            lifetime.span.add(span)
        }
        let totals = lifetime
        return try await database.transaction { transaction in
            try await transaction.pipeline(ShareStore.lockTotals(of: [user]))
            let computed = try totals.totals(try await transaction.pipeline(totals.statements))
            let found = computed.differences
            if !found.isEmpty { try await transaction.pipeline(totals.write(computed)) }
            return differences + found
        }
    }

    private func fold(_ key: BatchDelta.UserDay, in transaction: PostgresTransaction) async throws -> UserDayRollups {
        var rollups = UserDayRollups(key: key)
        var last: OwnedShare?
        while true {
            let page = try await transaction.query(RollupStore.shares(of: key.user, in: UserDayRollups.shares(of: key.day), after: last))
            let shares = try RollupStore.shares(page, of: key.user)
            rollups.add(shares)
            last = shares.last
            if shares.count < RollupStore.step { return rollups }
        }
    }

    private static func differences(_ rollups: UserDayRollups, in transaction: PostgresTransaction) async throws -> [RollupDifference] {
        let stored = try await transaction.pipeline(RollupStore.stored(rollups.key))
        return RollupRow.differences(try RollupStore.rows(stored, of: rollups.key), rollups.rows)
    }

    /// The statements of ingest, adding to rows that are not there.
    private func insert(_ rollups: UserDayRollups, now: Instant) -> [SQL] {
        guard let day = rollups.day else { return [] }
        let key = rollups.key
        let merged = DailyStatsStore.Merged(key: key, delta: day, stored: .init(), workersAdded: rollups.workersSeen)
        return [
            daily.write([merged], now: now),
            rows.addHours(rollups.hours.map { (BatchDelta.UserHour(user: key.user, hour: $0.key), $0.value) }),
            rows.addWorkerDays(rollups.workers.map { (BatchDelta.WorkerDay(user: key.user, worker: $0.key, day: key.day), $0.value) }),
            rows.addRejects(Array(rollups.rejects)),
        ]
    }

    // MARK: the pool

    private func pool(_ slice: PoolHourRollup, mends: Bool) async throws -> [RollupDifference] {
        try await database.transaction(isolation: mends ? .readCommitted : .repeatableRead) { transaction in
            if mends { try await transaction.pipeline(slice.lock) }
            let stored = try slice.row(try await transaction.query(slice.stored))
            let computed = try slice.fold(try await transaction.query(slice.computed))
            let differences = RollupRow.differences(
                stored,
                computed.map { .poolHour(slice.hour, $0.tally, decades: $0.decades.counts) }
            )
            guard mends else { return differences }
            if !differences.isEmpty || computed == nil { try await transaction.execute(slice.remove) }
            if !differences.isEmpty, let computed { try await transaction.pipeline(rows.addPoolHours([(slice.hour, computed)])) }
            return differences
        }
    }
}
