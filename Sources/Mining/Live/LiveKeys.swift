package import GameRules

/// Redis keys of live mining state (spec 03a §8). Addresses are canonical; no key is ever found by scanning.
package enum LiveKeys {
    /// Hash of work sums of a user.
    package static func userRing(_ address: String) -> String { "mining:hr:u:" + address }
    /// Hash of work sums and counts of one worker.
    package static func workerRing(_ address: String, _ worker: String) -> String { "mining:hr:w:\(address):\(worker)" }
    /// Hash of what is known of one worker.
    package static func worker(_ address: String, _ worker: String) -> String { "worker:\(address):\(worker)" }
    /// Set of a user's worker names.
    package static func workers(_ address: String) -> String { "workers:" + address }
    /// Sorted set of a worker's sessions.
    package static func sessions(_ worker: LiveWorker) -> String { "wsess:\(worker.address):\(worker.name)" }
    /// Sorted set of all workers by last activity, Unix seconds.
    package static let activeWorkers = "workers:active"
    /// Sorted set of a user's workers by last activity, Unix seconds: counts those online without reading them.
    package static func onlineWorkers(_ user: UserID) -> String { "workers:online:\(user)" }
    /// Hash of a user's hashrates, copied once a minute for lists.
    package static func userHashrate(_ address: String) -> String { "user_hashrate:" + address }
    /// Sorted set of user ids by best difficulty of one period.
    package static func rank(_ timeframe: BestTimeframe, _ period: String) -> String { "mining:rank:\(timeframe.rawValue):\(period)" }
    /// Instant up to which bans, pardons and deletions have reached the ranks.
    package static let ranksFollowed = "mining:rank:followed"
    /// Set of banned and deleted users, who are in no rank.
    package static let unranked = "mining:unranked"
    /// Says that live state has been built; missing after a loss of Redis.
    package static let isBuilt = "mining:live:built"

    /// Life of what is known of a worker, seconds: 30 days.
    static let workerLife = 30 * 86_400
    /// The same without an owner: a day.
    static let strangerLife = 86_400

    /// Life of a rank, seconds; nil for ever.
    static func rankLife(_ timeframe: BestTimeframe) -> Int? {
        switch timeframe {
        case .week: 35 * 86_400
        case .month: 100 * 86_400
        case .alltime: nil
        }
    }
}

extension LiveWorker {
    /// The worker in ``LiveKeys/activeWorkers``.
    var activeMember: String { "\(address)|\(name)" }
}
