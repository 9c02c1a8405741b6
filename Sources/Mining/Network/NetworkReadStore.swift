import GameRules
import Platform
import Postgres

/// Reads `network_difficulty` (spec 03 §2); rows are written by `NetworkStore` alone. Every statement walks an index for as many rows as it
/// answers.
struct NetworkReadStore: Sendable {
    /// A block of the network.
    struct Row: Sendable, Equatable {
        let height: Int32
        let hash: String
        let difficulty: Double
        let time: Instant
    }

    let database: PostgresClient

    /// The block announced last.
    func newest() async throws -> NetworkTip? {
        try await Self.rows(database.query(Self.selectNewest)).first.map(NetworkTip.init)
    }

    static let selectNewest = SQL.named(
        "network_newest",
        "select block_height, block_hash, difficulty, time from network_difficulty order by time desc, block_height desc limit 1"
    )

    /// The highest blocks, highest first.
    func blocks(limit: Int) async throws -> [Row] { try await Self.rows(database.query(Self.selectBlocks(limit: limit))) }

    static func selectBlocks(limit: Int) -> SQL {
        SQL.named(
            "network_blocks",
            "select block_height, block_hash, difficulty, time from network_difficulty order by block_height desc limit \(limit)"
        )
    }

    /// The first known blocks of the latest difficulties, highest first.
    func epochs(limit: Int) async throws -> [Row] { try await Self.rows(database.query(Self.selectEpochs(limit: limit))) }

    static func selectEpochs(limit: Int) -> SQL {
        SQL.named(
            "network_epochs",
            """
            select block_height, block_hash, difficulty, time from network_difficulty
            where is_epoch_start order by block_height desc limit \(limit)
            """
        )
    }

    /// What is stored at some heights.
    func entries(_ heights: ClosedRange<Int64>) async throws -> [Int64: ChainView.Entry] {
        try await Self.rows(database.query(Self.selectEntries(heights))).reduce(into: [:]) { entries, row in
            entries[Int64(row.height)] = ChainView.Entry(hash: row.hash, time: row.time)
        }
    }

    static func selectEntries(_ heights: ClosedRange<Int64>) -> SQL {
        SQL.named(
            "network_entries",
            """
            select block_height, block_hash, difficulty, time from network_difficulty
            where block_height between \(Int32(clamping: heights.lowerBound)) and \(Int32(clamping: heights.upperBound))
            """
        )
    }

    /// Heights at which the pool found blocks, highest first.
    func foundHeights(_ heights: ClosedRange<Int64>, limit: Int) async throws -> [Int64] {
        try await database.query(Self.selectFoundHeights(heights, limit: limit)).map { Int64(try Int32(postgres: $0[0])) }
    }

    static func selectFoundHeights(_ heights: ClosedRange<Int64>, limit: Int) -> SQL {
        SQL.named(
            "network_found_heights",
            """
            select distinct block_height from blocks
            where block_height between \(Int32(clamping: heights.lowerBound)) and \(Int32(clamping: heights.upperBound))
            order by block_height desc limit \(limit)
            """
        )
    }

    private static func rows(_ rows: PostgresRows) throws -> [Row] {
        try rows.decode((Int32, String, Double, Instant).self).map { Row(height: $0, hash: $1, difficulty: $2, time: $3) }
    }
}
