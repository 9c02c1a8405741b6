import GameRules
import Platform
import Postgres

/// The SQL of `block_celebrations`: what a finder has yet to be congratulated on (spec 03 §2).
struct CelebrationStore: Sendable {
    /// Most celebrations listed.
    static let mostPending = 20

    let database: PostgresClient

    /// Uncelebrated blocks of a user that are not orphaned, oldest first.
    static func selectPending(of user: UserID) -> SQL {
        SQL.named(
            "celebrations_pending",
            """
            select c.id, b.id, b.block_height, b.block_hash, b.reward_btc, b.found_at,
                   not exists (select from blocks e where e.user_id = \(user) and e.status <> 'orphaned'
                               and (e.found_at, e.id) < (b.found_at, b.id))
            from block_celebrations c join blocks b on b.id = c.block_id
            where c.user_id = \(user) and not c.celebrated and b.status <> 'orphaned'
            order by b.found_at, b.id limit \(mostPending)
            """
        )
    }

    func pending(of user: UserID) async throws -> [Celebration] {
        try await database.query(Self.selectPending(of: user)).map { row in
            let (id, block, height, hash, reward, foundAt, isFirst) = try row.decode(
                (Int64, Int64, Int32, String, PostgresNumeric?, Instant, Bool).self
            )
            return Celebration(
                id: id,
                block: block,
                height: height,
                hash: hash.hasPrefix(FoundBlock.provisionalPrefix) ? "" : hash,
                rewardSatoshi: reward?.unscaled(scale: 8),
                foundAt: foundAt,
                isFirst: isFirst
            )
        }
    }

    /// Answers the id; no row unless it is the user's. The first instant stays.
    static func acknowledge(_ id: Int, of user: UserID, now: Instant) -> SQL {
        SQL.named(
            "celebration_ack",
            """
            update block_celebrations set celebrated = true, celebrated_at = coalesce(celebrated_at, \(now))
            where id = \(Int64(id)) and user_id = \(user) returning id
            """
        )
    }

    /// Whether the celebration is the user's.
    func acknowledge(_ id: Int, of user: UserID, now: Instant) async throws -> Bool {
        try await !database.query(Self.acknowledge(id, of: user, now: now)).isEmpty
    }
}
