import API
import GameRules

/// A celebration a path names.
struct CelebrationPath: EndpointInput {
    let id: Int

    init(from fields: inout RequestFields) {
        id = fields.path("celebration_id", .integer(1...))
    }
}

/// What is still to be celebrated.
struct PendingCelebrations: ResponseObject {
    let celebrations: [Celebration]

    static let fields = JSONFields<PendingCelebrations>()
        .field("celebrations", \.celebrations, "Oldest first, at most 20")
}

/// A block its finder has not celebrated yet.
struct Celebration: ResponseObject {
    let id: Int64
    let block: Int64
    let height: Int32
    /// Empty while unknown.
    let hash: String
    /// Nil is filled with the subsidy before it is shown.
    var rewardSatoshi: Int64?
    let foundAt: Instant
    /// The finder's first block of all.
    let isFirst: Bool

    static let fields = JSONFields<Celebration>()
        .field("celebration_id", \.id)
        .field("block_id", \.block)
        .field("block_height", \.height)
        .field("block_hash", \.hash, "Empty until the network has told it")
        .field("reward_btc", { JSONDecimal(units: $0.rewardSatoshi ?? 0, fractionDigits: 8) })
        .field("found_at", \.foundAt.rfc3339)
        .field("is_first_block", \.isFirst)
}

extension APIError {
    static let celebrationNotFound = APIError.notFound("celebration_not_found", "There is no such celebration of yours.")
}
