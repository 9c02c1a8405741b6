import API
import GameRules

/// How much of the difficulty's history is asked for (spec 03 route 16).
struct DifficultyHistoryQuery: EndpointInput {
    let limit: Int

    init(from fields: inout RequestFields) {
        limit = fields.query("limit", .integer(1...200), default: 50, doc: "Most entries of `history`")
    }
}

/// How many blocks are asked for (spec 03 route 17).
struct NetworkBlocksQuery: EndpointInput {
    let limit: Int

    init(from fields: inout RequestFields) {
        limit = fields.query("limit", .integer(1...100), default: 20)
    }
}

/// The difficulty of the network, now and before.
struct NetworkDifficultyAnswer: ResponseObject {
    let difficulty: Double
    let tip: NetworkTip?
    let history: [DifficultyEpoch]
    let hasRetargets: Bool

    /// Blocks of one difficulty.
    private static let epochLength: Int64 = 2016

    private var blocksUntilRetarget: Int64? {
        guard hasRetargets, let tip else { return nil }
        return Self.epochLength - tip.height % Self.epochLength
    }

    static let fields = JSONFields<NetworkDifficultyAnswer>("NetworkDifficulty")
        .field("current_difficulty", \.difficulty, "Never 0: the last one known, however old, else an assumption")
        .field("current_height", { $0.tip?.height ?? 0 }, "0 while unknown")
        .field("history", \.history, "Newest first, one entry for each difficulty")
        .field("updated_at", \.tip?.updatedAt.rfc3339, "When the newest block was announced")
        .field("blocks_until_retarget", \.blocksUntilRetarget, "Null while unknown, and on a private chain, which never retargets")
}

/// The first known block of a difficulty.
struct DifficultyEpoch: ResponseObject {
    let row: NetworkReadStore.Row

    static let fields = JSONFields<DifficultyEpoch>()
        .field("block_height", \.row.height)
        .field("difficulty", \.row.difficulty)
        .field("timestamp", \.row.time.rfc3339)
}

/// The newest blocks of the network.
struct NetworkBlockList: ResponseObject {
    let blocks: [NetworkBlockItem]

    static let fields = JSONFields<NetworkBlockList>()
        .field("blocks", \.blocks, "Highest first")
}

/// A block of the network.
struct NetworkBlockItem: ResponseObject {
    let row: NetworkReadStore.Row

    static let fields = JSONFields<NetworkBlockItem>("NetworkBlock")
        .field("height", \.row.height)
        .field("hash", \.row.hash)
        .field("difficulty", \.row.difficulty)
        .field("timestamp", \.row.time.rfc3339)
}
