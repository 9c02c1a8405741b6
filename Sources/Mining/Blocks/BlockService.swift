import API
import Accounts
import Bitcoin
import GameRules
import Platform
import Postgres

/// Answers which blocks the pool found. Everybody sees all of them; who found one is shown as that finder allows (spec 10 §2).
struct BlockService: Sendable {
    private let blocks: BlockReadStore
    private let credits: PublicCredits
    private let cursors: PageCursors
    private let network: BitcoinNetwork

    init(runtime: Runtime) {
        blocks = BlockReadStore(database: runtime.database)
        credits = PublicCredits(database: runtime.database)
        cursors = PageCursors(runtime.settings.tokens, random: runtime.random)
        network = runtime.settings.network.bitcoin
    }

    /// - Throws: 422 for a cursor of another list. One cursor serves every caller and filter: it is a position.
    func page(_ query: BlocksQuery, for caller: UserID) async throws -> BlockPage {
        var selection = BlockReadStore.Selection(user: query.isMine ? caller : nil, includesOrphaned: query.includesOrphaned)
        selection.after = try query.cursor.map { try cursors.position($0, of: .blocks, for: nil) }
        // One more than is shown tells whether there is more.
        let rows = try await blocks.page(selection, limit: query.limit + 1)
        let shown = rows.prefix(query.limit)
        let last = rows.count > query.limit ? shown.last : nil
        let next = last.map { cursors.cursor(PagePosition(time: $0.foundAt, number: $0.id), of: .blocks, for: nil) }
        return BlockPage(
            data: try await views(of: Array(shown), for: caller),
            pagination: Pagination(limit: query.limit, nextCursor: next)
        )
    }

    /// - Throws: 404 where the pool found nothing.
    func block(at height: Int, for caller: UserID) async throws -> BlockDetail {
        guard let row = try await blocks.block(at: height), let view = try await views(of: [row], for: caller).first else {
            throw APIError.blockNotFound
        }
        return BlockDetail(block: view)
    }

    /// The rows as a caller sees them, all finders in one look-up.
    private func views(of rows: [BlockReadStore.Row], for caller: UserID) async throws -> [PoolBlock] {
        let finders = try await credits.credits(of: Set(rows.compactMap(\.user)))
        return rows.map { row in
            PoolBlock(
                row: row,
                finder: row.user.flatMap { finders[$0] },
                caller: caller,
                reward: row.rewardSatoshi.map { ($0, row.isRewardEstimated) }
                    ?? (network.blockSubsidy(atHeight: Int(row.height)).value, true)
            )
        }
    }
}

extension CursorRoute {
    /// Blocks of the pool.
    static let blocks = CursorRoute(tag: 10)
}
