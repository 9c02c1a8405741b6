import GameRules
import Platform
import Postgres

/// The SQL of blocks (spec 03a §7.6, §7.7). Every transaction that touches them takes ``lock`` first.
struct BlockStore: Sendable {
    /// One transaction about blocks at a time.
    static let lock: SQL = "select pg_advisory_xact_lock(7462, 6)"

    /// A stored block with what decides whether a report is about it.
    struct Row: Sendable {
        var block: FoundBlock
        var address: String?

        var hash: String { block.hash }
        var user: UserID? { block.user }
        var foundAt: Instant { block.foundAt }
        var rewardSatoshi: Int64 { block.rewardSatoshi }
        var isProvisional: Bool { block.isProvisional }
    }

    private static let columns: SQL = """
        b.id, b.block_height, b.block_hash, b.user_id, (select worker_name from workers w where w.id = b.worker_id), b.found_at,
        coalesce(b.reward_btc, 0)::numeric(16, 8), b.reward_is_estimate, b.status, b.confirmations, b.btc_address
        """

    private static func rows(_ rows: PostgresRows) throws -> [Row] {
        try rows.map { row in
            let (id, height, hash, user, worker, foundAt, reward, isEstimate, status, confirmations, address) = try row.decode(
                (Int64, Int32, String, UserID?, String?, Instant, PostgresNumeric, Bool, String, Int32, String?).self
            )
            return Row(
                block: FoundBlock(
                    id: id,
                    height: Int64(height),
                    hash: hash,
                    user: user,
                    workerName: worker,
                    foundAt: foundAt,
                    rewardSatoshi: reward.unscaled(scale: 8) ?? 0,
                    isRewardEstimated: isEstimate,
                    status: FoundBlock.Status(rawValue: status) ?? .pending,
                    confirmations: Int64(confirmations)
                ),
                address: address
            )
        }
    }

    // MARK: reports

    func blocks(at height: Int64, in transaction: PostgresTransaction) async throws -> [Row] {
        try Self.rows(
            await transaction.query(
                "select \(sql: Self.columns) from blocks b where b.block_height = \(Int32(clamping: height)) order by b.found_at, b.id"
            )
        )
    }

    func insert(_ report: BlockReport, in transaction: PostgresTransaction) async throws -> FoundBlock? {
        let payload = report.payload
        let envelope = report.event.envelope
        return try Self.rows(
            await transaction.query(
                """
                insert into blocks as b (block_height, block_hash, user_id, worker_id, btc_address, reward_btc, reward_is_estimate, difficulty,
                                         network_difficulty, found_at, coinbase_sig, source, region, event_id)
                values (\(Int32(clamping: report.height)), \(report.key), \(report.finder?.user), \(report.finder?.worker.id),
                        \(report.address), \(PostgresNumeric(unscaled: report.rewardSatoshi, scale: 8)), \(report.isRewardEstimated),
                        \(payload.difficulty > 0 ? payload.difficulty : nil),
                        \(payload.networkDifficulty > 0 ? payload.networkDifficulty : nil), \(report.time),
                        \(payload.coinbaseSignature), \(envelope.source.rawValue), \(envelope.region), \(envelope.id))
                on conflict (block_hash) do nothing
                returning \(sql: Self.columns)
                """
            )
        ).first?.block
    }

    /// Fills what is empty; an estimate gives way to a value. Nil when the row is gone.
    func merge(_ report: BlockReport, into row: Row, in transaction: PostgresTransaction) async throws -> FoundBlock? {
        let payload = report.payload
        let hash = row.isProvisional ? payload.hash ?? row.hash : row.hash
        return try Self.rows(
            await transaction.query(
                """
                update blocks b set
                    block_hash = \(hash),
                    user_id = coalesce(b.user_id, \(report.finder?.user)),
                    worker_id = case when b.user_id is null then \(report.finder?.worker.id) else b.worker_id end,
                    btc_address = coalesce(b.btc_address, \(report.address)),
                    reward_btc = case when b.reward_is_estimate or b.reward_btc is null
                                 then \(PostgresNumeric(unscaled: report.rewardSatoshi, scale: 8)) else b.reward_btc end,
                    reward_is_estimate = b.reward_is_estimate and \(report.isRewardEstimated),
                    difficulty = coalesce(b.difficulty, \(payload.difficulty > 0 ? payload.difficulty : nil)),
                    network_difficulty = coalesce(b.network_difficulty, \(payload.networkDifficulty > 0 ? payload.networkDifficulty : nil)),
                    coinbase_sig = coalesce(b.coinbase_sig, \(payload.coinbaseSignature))
                where b.id = \(row.block.id)
                returning \(sql: Self.columns)
                """
            )
        ).first?.block
    }

    func celebrate(_ block: Int64, _ user: UserID, now: Instant) -> SQL {
        """
        insert into block_celebrations (block_id, user_id, created_at) values (\(block), \(user), \(now))
        on conflict (block_id, user_id) do nothing
        """
    }

    /// Adds to a user's blocks found, orphans not counted.
    func count(_ user: UserID, by change: Int32) -> SQL {
        """
        insert into user_share_totals as t (user_id, blocks_found) values (\(user), greatest(0, \(change)))
        on conflict (user_id) do update set blocks_found = greatest(0, t.blocks_found + \(change))
        """
    }

    /// Marks the share that is the block, where the pool tells hashes of both.
    func markShare(_ report: BlockReport, in transaction: PostgresTransaction) async throws {
        guard let hash = report.payload.hash, let user = report.finder?.user else { return }
        try await transaction.execute(
            """
            update shares set is_block = true
            where user_id = \(user) and time between \(report.time.adding(seconds: -120)) and \(report.time.adding(seconds: 120))
            and block_hash = \(hash) and not is_block
            """
        )
    }

    // MARK: chain

    /// Blocks in a range of heights that the chain has a say about.
    func blocks(in heights: ClosedRange<Int64>, in transaction: PostgresTransaction) async throws -> [Row] {
        try Self.rows(
            await transaction.query(
                """
                select \(sql: Self.columns) from blocks b
                where b.block_height between \(Int32(clamping: heights.lowerBound)) and \(Int32(clamping: heights.upperBound))
                order by b.block_height, b.found_at, b.id
                """
            )
        )
    }

    /// Writes hash, status and confirmations.
    func update(_ block: FoundBlock, in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            """
            update blocks set block_hash = \(block.hash), status = \(block.status.rawValue), confirmed = \(block.status == .confirmed),
                              confirmations = \(Int32(clamping: block.confirmations))
            where id = \(block.id)
            """
        )
    }
}
