import GameRules
import Platform
import Postgres

/// Reads blocks found by the pool; rows are written by `BlockStore` alone. Pages walk an index by key, so that blocks added meanwhile move
/// nothing and the depth of a page costs nothing.
struct BlockReadStore: Sendable {
    struct Row: Sendable, Equatable {
        let id: Int64
        let height: Int32
        let hash: String
        let difficulty: Double?
        let rewardSatoshi: Int64?
        let isRewardEstimated: Bool
        let feesSatoshi: Int64?
        let foundAt: Instant
        let status: FoundBlock.Status
        let confirmations: Int32
        let user: UserID?
        let workerName: String?
        let address: String?
        let coinbaseSignature: String?
    }

    /// What a page holds.
    struct Selection: Sendable, Equatable {
        /// Only blocks of this user.
        var user: UserID?
        var includesOrphaned = false
        /// Only what follows the block of this place, numbered by its id.
        var after: PagePosition?
    }

    let database: PostgresClient

    private static let columns: SQL = """
        select b.id, b.block_height, b.block_hash, b.difficulty, b.reward_btc, b.reward_is_estimate, b.fees_btc, b.found_at, b.status,
               b.confirmations, b.user_id, w.worker_name, b.btc_address, b.coinbase_sig
        from blocks b left join workers w on w.id = b.worker_id
        """

    /// Newest first.
    func page(_ selection: Selection, limit: Int) async throws -> [Row] {
        try Self.rows(await database.query(Self.selectPage(selection, limit: limit)))
    }

    static func selectPage(_ selection: Selection, limit: Int) -> SQL {
        var statement: SQL = "\(sql: columns) where true"
        if let user = selection.user { statement += " and b.user_id = \(user)" }
        if !selection.includesOrphaned { statement += " and b.status <> 'orphaned'" }
        if let after = selection.after { statement += " and (b.found_at, b.id) < (\(after.time), \(after.number))" }
        statement += " order by b.found_at desc, b.id desc limit \(limit)"
        return statement.named("blocks_page")
    }

    /// The block that counts at a height: confirmed, else pending, else orphaned; of several the newest.
    func block(at height: Int) async throws -> Row? {
        try Self.rows(await database.query(Self.select(height: height))).first
    }

    static func select(height: Int) -> SQL {
        SQL.named(
            "block_at_height",
            """
            \(sql: columns) where b.block_height = \(Int32(clamping: height))
            order by case b.status when 'confirmed' then 0 when 'pending' then 1 else 2 end, b.found_at desc, b.id desc limit 1
            """
        )
    }

    private static func rows(_ rows: PostgresRows) throws -> [Row] {
        try rows.map { row in
            let (
                id, height, hash, difficulty, reward, isEstimate, fees, foundAt, status, confirmations, user, worker, address, signature
            ) = try row.decode(
                (
                    Int64, Int32, String, Double?, PostgresNumeric?, Bool, PostgresNumeric?, Instant, String, Int32, UserID?, String?,
                    String?, String?
                ).self
            )
            return Row(
                id: id,
                height: height,
                hash: hash,
                difficulty: difficulty,
                rewardSatoshi: reward?.unscaled(scale: 8),
                isRewardEstimated: isEstimate,
                feesSatoshi: fees?.unscaled(scale: 8),
                foundAt: foundAt,
                status: FoundBlock.Status(rawValue: status) ?? .pending,
                confirmations: confirmations,
                user: user,
                workerName: worker,
                address: address,
                coinbaseSignature: signature
            )
        }
    }
}
