import GameRules
import Platform
import Postgres

/// The SQL of `network_difficulty`: one row a height, the newest word on it by pool time.
struct NetworkStore: Sendable {
    /// Keeps a block; another hash at a known height replaces it unless it is older. Epoch flags of the row and its successor follow.
    func keep(_ block: NetworkBlock, at time: Instant, in transaction: PostgresTransaction) async throws {
        let height = Int32(clamping: block.height)
        try await transaction.pipeline([
            """
            insert into network_difficulty as n (block_height, time, difficulty, block_hash, is_epoch_start)
            values (\(height), \(time), \(block.difficulty), \(block.hash), false)
            on conflict (block_height) do update set time = excluded.time, difficulty = excluded.difficulty, block_hash = excluded.block_hash
            where excluded.time >= n.time and excluded.block_hash <> n.block_hash
            """,
            """
            update network_difficulty n set is_epoch_start = n.difficulty is distinct from (
                select p.difficulty from network_difficulty p where p.block_height < n.block_height order by p.block_height desc limit 1)
            where n.block_height in (
                \(height),
                (select s.block_height from network_difficulty s where s.block_height > \(height) order by s.block_height limit 1))
            """,
        ])
    }

    /// Height of the block announced last.
    func tip(in transaction: PostgresTransaction) async throws -> Int64? {
        try await transaction.query("select block_height from network_difficulty order by time desc, block_height desc limit 1")
            .value(Int32.self).map(Int64.init)
    }

    /// The chain as far as it concerns some heights; nil while nothing is known of it.
    func view(_ heights: ClosedRange<Int64>, in transaction: PostgresTransaction) async throws -> ChainView? {
        guard let tip = try await tip(in: transaction) else { return nil }
        let rows = try await transaction.query(
            """
            select block_height, block_hash, time from network_difficulty
            where block_height between \(Int32(clamping: heights.lowerBound)) and \(Int32(clamping: heights.upperBound))
            """
        )
        return ChainView(
            tip: tip,
            entries: try rows.reduce(into: [:]) { entries, row in
                let (height, hash, time) = try row.decode((Int32, String, Instant).self)
                entries[Int64(height)] = ChainView.Entry(hash: hash, time: time)
            }
        )
    }
}
