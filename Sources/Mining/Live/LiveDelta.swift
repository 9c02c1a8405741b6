import GameRules

/// What committed batches change of live state, folded: sums, maxima and latest values, so that batches may be written together and in any
/// order (spec 03a §8.3).
struct LiveDelta: Sendable {
    /// A list of users by best difficulty.
    struct Rank: Hashable, Sendable {
        let timeframe: BestTimeframe
        let period: String
    }

    private(set) var workers: [LiveWorker: WorkerActivity] = [:]
    /// The greatest difficulty each user has newly reached.
    private(set) var bests: [Rank: [UserID: Double]] = [:]

    var isEmpty: Bool { workers.isEmpty && bests.isEmpty }

    mutating func add(_ shares: [OwnedShare]) {
        for share in shares {
            let worker = LiveWorker(address: share.address, name: share.workerName)
            workers[worker, default: WorkerActivity(share)].add(share)
        }
    }

    mutating func add(_ raised: [RaisedBest]) {
        for best in raised { add(best.key, best.new.difficulty) }
    }

    /// Notes a best of a user in one period.
    mutating func add(_ key: BestKey, _ difficulty: Double) {
        let rank = Rank(timeframe: key.timeframe, period: key.period)
        bests[rank, default: [:]][key.user] = max(bests[rank]?[key.user] ?? 0, difficulty)
    }
}
