import API
import Accounts
import Foundation
import GameRules
import Platform

/// Which blocks are asked for (spec 03 route 10).
struct BlocksQuery: EndpointInput {
    let limit: Int
    let cursor: String?
    let isMine: Bool
    let includesOrphaned: Bool

    init(from fields: inout RequestFields) {
        limit = fields.query("limit", .integer(1...100), default: 20)
        cursor = fields.optionalQuery("cursor", .cursor, doc: "`next_cursor` of the page before")
        isMine = fields.query("mine", .boolean, default: false, doc: "Only the caller's own")
        includesOrphaned = fields.query("include_orphaned", .boolean, default: false)
    }
}

/// The height a path names; what is no height names no block.
struct BlockPath: EndpointInput {
    let height: Int

    init(from fields: inout RequestFields) {
        height = fields.path("height", .integer(0...Int(Int32.max)), orThrow: .blockNotFound)
    }
}

/// A block found by the pool, as one caller sees it (spec 03 §4.5).
struct PoolBlock: ResponseObject {
    let row: BlockReadStore.Row
    /// Nil without an owner.
    let finder: PublicCredit?
    let caller: UserID
    /// In satoshi: the stored reward, else the subsidy of the height.
    let reward: (satoshi: Int64, isEstimate: Bool)

    private var isMine: Bool { row.user == caller }
    private var isProvisional: Bool { row.hash.hasPrefix(FoundBlock.provisionalPrefix) }
    private var name: String { finder.map { isMine ? $0.ownName : $0.name } ?? "Unknown" }
    private var country: String { finder.map { isMine ? $0.ownCountryCode : $0.countryCode } ?? "" }

    /// The address that found it, for its owner; the finder's present one where the public profile shows it anyway: which addresses a
    /// stranger used before is not shown (spec 10 §2 rule 4).
    var finderAddress: String? { isMine ? row.address : finder?.publicAddress }

    static let fields = JSONFields<PoolBlock>()
        .field("block_height", \.row.height)
        .field("block_hash", { $0.isProvisional ? "" : $0.row.hash }, "Empty until the network has told it")
        .field("difficulty", \.row.difficulty, "Achieved by the share that is the block")
        .field("reward_btc", { JSONDecimal(units: $0.reward.satoshi, fractionDigits: 8) })
        .field("fees_btc", { $0.row.feesSatoshi.map { JSONDecimal(units: $0, fractionDigits: 8) } })
        .field("found_at", \.row.foundAt.rfc3339)
        .field("confirmed", { $0.row.status == .confirmed })
        .field("confirmations", \.row.confirmations)
        .field("worker_name", { $0.isMine ? $0.row.workerName : nil }, "Only for the finder")
        .field("id", \.row.id)
        .field("finder", \.name, "`Miner-<id>` for finders who are not named, `Unknown` without one")
        .field("finder_country", \.country, "Empty when hidden or unknown")
        .field("is_mine", \.isMine)
        .field("status", \.row.status.rawValue, "pending, confirmed or orphaned")
        .field("reward_is_estimate", \.reward.isEstimate, "The subsidy alone, because the pool told no reward")
}

/// A page of blocks.
struct BlockPage: ResponseObject {
    let data: [PoolBlock]
    let pagination: Pagination

    static let fields = JSONFields<BlockPage>()
        .field("data", \.data, "Newest first")
        .field("pagination", \.pagination)
}

/// One block with more of it (spec 03 route 11).
struct BlockDetail: ResponseObject {
    let block: PoolBlock

    /// The text in the coinbase without control characters.
    private var signature: String? {
        block.row.coinbaseSignature.map { text in
            String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control }))
        }
    }

    static let fields = JSONFields<BlockDetail>()
        .field("block", \.block)
        .field("finder_address", \.block.finderAddress, "Null unless the caller found it or the finder's public profile is on")
        .field("coinbase_sig", \.signature)
}

extension APIError {
    static let blockNotFound = APIError.notFound("block_not_found", "There is no block of this pool at this height.")
}
