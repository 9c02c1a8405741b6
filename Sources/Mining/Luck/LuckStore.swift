import GameRules
import Platform
import Postgres

/// The SQL of luck: one row by key.
struct LuckStore: Sendable {
    struct Totals: Sendable, Equatable {
        var work = 0.0
        var acceptedShares: Int64 = 0
        var best = 0.0
        var bestAt: Instant?
        var blocksFound: Int32 = 0
    }

    let database: PostgresClient

    static func statement(user: UserID) -> SQL {
        SQL.named(
            "mining_luck",
            "select work, accepted_shares, best_diff, best_diff_at, blocks_found from user_share_totals where user_id = \(user)"
        )
    }

    func totals(of user: UserID) async throws -> Totals {
        guard let row = try await database.query(Self.statement(user: user)).first else { return Totals() }
        let (work, accepted, best, at, blocks) = try row.decode((Double, Int64, Double, Instant?, Int32).self)
        return Totals(work: work, acceptedShares: accepted, best: best, bestAt: at, blocksFound: blocks)
    }
}
