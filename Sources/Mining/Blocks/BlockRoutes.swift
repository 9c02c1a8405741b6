import API
import HTTPTypes
import Platform

/// Blocks found by the pool, and their celebration (spec 03 routes 10, 11, E1, E2).
enum BlockRoutes {
    static let list = Endpoint<BlocksQuery, BlockPage>(
        .get,
        "/api/v1/mining/blocks",
        id: "listBlocks",
        tag: MiningRoutes.tag,
        summary: "Blocks found by the pool, newest first",
        auth: MiningRoutes.auth,
        rate: .standard,
        errors: [.unprocessable("invalid_cursor")],
        cache: MiningRoutes.cache
    )

    static let block = Endpoint<BlockPath, BlockDetail>(
        .get,
        "/api/v1/mining/blocks/{height}",
        id: "getBlock",
        tag: MiningRoutes.tag,
        summary: "The block found by the pool at a height",
        details: "Of several at one height the confirmed one, else a pending one, else an orphan.",
        auth: MiningRoutes.auth,
        rate: .standard,
        errors: [.notFound("block_not_found")],
        cache: MiningRoutes.cache
    )

    static let pending = Endpoint<NoInput, PendingCelebrations>(
        .get,
        "/api/v1/mining/celebrations/pending",
        id: "pendingCelebrations",
        tag: MiningRoutes.tag,
        summary: "Blocks of the caller that are still to be celebrated",
        auth: MiningRoutes.auth,
        rate: .standard,
        cache: MiningRoutes.cache
    )

    static let acknowledge = Endpoint<CelebrationPath, EmptyObject>(
        .post,
        "/api/v1/mining/celebrations/{celebration_id}/ack",
        id: "acknowledgeCelebration",
        tag: MiningRoutes.tag,
        summary: "Mark a block as celebrated; again is as good as once",
        auth: .bearerOrKey(scope: "write"),
        rate: .standard,
        errors: [.notFound("celebration_not_found")],
        cache: MiningRoutes.cache
    )

    static func add(to table: inout RouteTable<AppContext>, blocks: BlockService, celebrations: CelebrationService) {
        table.add(list) { query, context in try await blocks.page(query, for: context.requirePrincipal().user) }
        table.add(block) { path, context in try await blocks.block(at: path.height, for: context.requirePrincipal().user) }
        table.add(pending) { _, context in try await celebrations.pending(of: context.requirePrincipal()) }
        table.add(acknowledge) { path, context in
            try await celebrations.acknowledge(path.id, by: context.requirePrincipal(), at: context.now)
        }
    }
}
