import API
import Bitcoin
import GameRules

/// What the caller's work brought, beside what it could be expected to bring.
struct MiningLuck: ResponseObject {
    let totals: LuckStore.Totals
    /// > 0.
    let networkDifficulty: Double

    private var luck: Luck { Luck(work: Work(totals.work), shares: totals.acceptedShares) }
    private var network: Difficulty { Difficulty(networkDifficulty) ?? .zero }
    private var best: Difficulty { Difficulty(totals.best) ?? .zero }

    private var expectedBlocks: Double { luck.expectedBlocks(at: network) }
    private var blockLuck: Double { expectedBlocks > 0 ? Double(totals.blocksFound) / expectedBlocks : 0 }
    private var bestLuck: Double { luck.medianBest > 0 ? totals.best / luck.medianBest : 0 }
    private var bestPercentile: Double {
        (luck.chance(ofBestUpTo: best) * 10_000).rounded(.toNearestOrAwayFromZero) / 100
    }

    static let fields = JSONFields<MiningLuck>()
        .field("total_work", \.totals.work, "Credited difficulty of all accepted shares; times 2^32 the hashes")
        .field("accepted_shares", \.totals.acceptedShares)
        .field("network_difficulty", \.networkDifficulty, "Never 0")
        .field("expected_blocks", \.expectedBlocks, "Mean number of blocks for the work at today's network difficulty")
        .field("blocks_found", \.totals.blocksFound, "Orphans not counted")
        .field("block_luck", \.blockLuck, "Found over expected; 1 is fair, 0 when nothing is expected")
        .field("block_chance", { $0.luck.chanceOfBlock(at: $0.network) }, "Chance that the work finds at least one block, 0 to 1")
        .field("expected_best", \.luck.medianBest, "The best that half of all miners with this work exceed; a mean does not exist")
        .field("best_difficulty", \.totals.best)
        .field("best_at", \.totals.bestAt?.rfc3339)
        .field("best_luck", \.bestLuck, "Best over expected best; 1 is fair, 0 without a share")
        .field("best_percentile", \.bestPercentile, "Percent of all miners with this work whose best is not better")
}
