package import GameRules

/// Redis keys of live mining state (spec 03a §8). Addresses are canonical; no key is ever found by scanning.
package enum LiveKeys {
    /// Hash of work sums of a user.
    package static func userRing(_ address: String) -> String { "mining:hr:u:" + address }
    /// Hash of work sums of one worker.
    package static func workerRing(_ address: String, _ worker: String) -> String { "mining:hr:w:\(address):\(worker)" }
    /// Hash of what is known of one worker.
    package static func worker(_ address: String, _ worker: String) -> String { "worker:\(address):\(worker)" }
    /// Set of a user's worker names.
    package static func workers(_ address: String) -> String { "workers:" + address }
    /// Sorted set of all workers by last activity, Unix seconds.
    package static let activeWorkers = "workers:active"
    /// Sorted set of a user's workers by last activity, Unix seconds: counts those online without reading them.
    package static func onlineWorkers(_ user: UserID) -> String { "workers:online:\(user)" }
}
