import API
import GameRules
import Platform

/// Tells finders of their blocks (spec 04 §8 `block_found`, the finder's own copy). What everybody else hears depends on the finder's
/// privacy and is the feed's to say.
enum BlockMessages {
    static func personal(_ changes: [BlockChange]) -> [Publisher.Personal] {
        changes.compactMap { change in
            guard change.kind == .found || change.kind == .attributed, let user = change.block.user else { return nil }
            let block = change.block
            return Publisher.Personal(to: user, channel: "dashboard", type: "block_found") { json in
                json.name("height")
                json.integer(block.height)
                json.name("hash")
                json.string(block.isProvisional ? "" : block.hash)
                json.name("reward")
                json.decimal(block.rewardSatoshi, fractionDigits: 8)
                json.name("reward_is_estimate")
                json.bool(block.isRewardEstimated)
                json.name("is_mine")
                json.bool(true)
                json.name("worker")
                if let worker = block.workerName { json.string(worker) } else { json.null() }
                json.name("time")
                json.string(block.foundAt.rfc3339)
            }
        }
    }
}
