import Bitcoin
import GameRules
import Platform
import Postgres

/// Reads the histograms of a user's days: at most 90 rows by key (spec 03 §3 route 8).
struct DistributionStore: Sendable {
    let database: PostgresClient

    static func select(_ days: ClosedRange<UTCDay>, of user: UserID) -> SQL {
        SQL.named(
            "difficulty_distribution",
            "select diff_hist from user_daily_stats where user_id = \(user) and day >= \(days.lowerBound) and day <= \(days.upperBound)"
        )
    }

    /// Accepted shares of some days by decade of achieved difficulty.
    func histogram(_ days: ClosedRange<UTCDay>, of user: UserID) async throws -> DifficultyHistogram {
        try await database.query(Self.select(days, of: user)).reduce(into: DifficultyHistogram()) { sum, row in
            if let day = DifficultyHistogram(counts: try [Int64](postgres: row[0])) { sum.add(day) }
        }
    }
}
