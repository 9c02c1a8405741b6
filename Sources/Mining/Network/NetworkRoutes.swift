import API
import HTTPTypes
import Platform

/// The Bitcoin network: its difficulty and newest blocks (spec 03 routes 16, 17).
enum NetworkRoutes {
    static let difficulty = Endpoint<DifficultyHistoryQuery, Reply<NetworkDifficultyAnswer>>(
        .get,
        "/api/v1/mining/network/difficulty",
        id: "networkDifficulty",
        tag: MiningRoutes.tag,
        summary: "Difficulty of the Bitcoin network, now and before",
        auth: MiningRoutes.auth,
        rate: .standard,
        cache: MiningRoutes.cache
    )

    static let blocks = Endpoint<NetworkBlocksQuery, NetworkBlockList>(
        .get,
        "/api/v1/mining/network/blocks",
        id: "networkBlocks",
        tag: MiningRoutes.tag,
        summary: "The newest blocks of the Bitcoin network",
        auth: MiningRoutes.auth,
        rate: .standard,
        cache: MiningRoutes.cache
    )

    static func add(to table: inout RouteTable<AppContext>, service: NetworkService) {
        table.add(difficulty) { query, _ in try await service.difficulty(query) }
        table.add(blocks) { query, _ in try await service.blocks(query) }
    }
}
