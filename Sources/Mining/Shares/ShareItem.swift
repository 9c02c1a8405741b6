import API
import Foundation
import GameRules
import Platform

/// A share as its owner sees it (spec 03 §4.2).
struct ShareItem: ResponseObject {
    /// A share reaches ten times its target about once in ten; the mean is useless for such a distribution.
    private static let aboveAverage = 10.0

    let row: ShareReadStore.Row
    /// Difficulty of the network when the share was found.
    let networkDifficulty: Double

    private var isAboveAverage: Bool { row.isValid && row.achieved >= Self.aboveAverage * row.assigned }

    static let fields = JSONFields<ShareItem>("Share")
        .field("time", \.row.position.time.rfc3339, "Pool time")
        .field("worker_name", \.row.workerName)
        .field("difficulty", \.row.assigned, "Assigned by the pool")
        .field("share_diff", \.row.achieved, "Achieved")
        .field("is_valid", \.row.isValid)
        .field("is_block", \.row.isBlock)
        .field("id", { $0.row.position.id.text })
        .field("hash", \.row.hash, "Where the pool reports it")
        .field("nonce", \.row.nonce, "Where the pool reports it")
        .field("network_diff", \.networkDifficulty, "Difficulty of the network at that time, > 0")
        .field("is_personal_best", \.row.isBest, "Was the best of all time when it arrived")
        .field("is_above_average", \.isAboveAverage, "Achieved ten times what was assigned")
        .field("reject_reason", \.row.rejectReason, "Rejected shares only")
}

extension ShareItem {
    init(_ row: ShareReadStore.Row, _ timeline: DifficultyTimeline) {
        self.init(row: row, networkDifficulty: timeline.difficulty(at: row.position.time))
    }
}
