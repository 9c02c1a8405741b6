import API
import GameRules
import HTTPTypes
package import Platform
import Postgres
import Redis

/// Answers what is known of the Bitcoin network, from what the pool and the chain sources told: no request waits for a node.
package struct NetworkService: Sendable {
    private let rows: NetworkReadStore
    private let live: LiveNetwork
    private let assumedDifficulty: Double
    private let hasRetargets: Bool

    package init(runtime: Runtime) {
        rows = NetworkReadStore(database: runtime.database)
        live = LiveNetwork(redis: runtime.redis)
        assumedDifficulty = runtime.settings.assumedNetworkDifficulty
        hasRetargets = runtime.settings.network != .regtest
    }

    /// Where the network stands.
    package struct Standing: Sendable {
        /// Nil while nobody has told of any block.
        package let tip: NetworkTip?
        /// Never 0.
        package let difficulty: Double
        /// Redis is away, so that the tip is from the table.
        package let isStale: Bool

        var headers: HTTPFields { isStale ? [DataHeaders.stale: "1"] : [:] }
    }

    /// The value in Redis, else the newest row, else the assumption (spec 03 §4.6). Neither expires while blocks are slow.
    package func standing() async throws -> Standing {
        var tip: NetworkTip?
        var isStale = false
        do {
            tip = try await live.tip()
        } catch is RedisError {
            isStale = true
        }
        if tip == nil { tip = try await rows.newest() }
        return Standing(tip: tip, difficulty: tip?.difficulty ?? assumedDifficulty, isStale: isStale)
    }

    func difficulty(_ query: DifficultyHistoryQuery) async throws -> Reply<NetworkDifficultyAnswer> {
        async let epochs = rows.epochs(limit: query.limit)
        let standing = try await standing()
        let answer = NetworkDifficultyAnswer(
            difficulty: standing.difficulty,
            tip: standing.tip,
            history: try await epochs.map(DifficultyEpoch.init),
            hasRetargets: hasRetargets
        )
        return Reply(answer, headers: standing.headers)
    }

    func blocks(_ query: NetworkBlocksQuery) async throws -> NetworkBlockList {
        NetworkBlockList(blocks: try await rows.blocks(limit: query.limit).map(NetworkBlockItem.init))
    }
}
