package import GameRules

/// A row of `blocks` as observers and messages need it.
package struct FoundBlock: Sendable, Equatable {
    /// Where a block stands in the chain (spec 03a §9).
    package enum Status: String, Sendable {
        case pending, confirmed, orphaned
    }

    package var id: Int64
    package var height: Int64
    /// 64 hexadecimal digits, or a provisional value.
    package var hash: String
    /// The finder; nil when nobody is known.
    package var user: UserID?
    package var workerName: String?
    package var foundAt: Instant
    package var rewardSatoshi: Int64
    /// The reward is the subsidy of the height, because the pool gave none.
    package var isRewardEstimated: Bool
    package var status: Status
    package var confirmations: Int64

    /// A block whose hash is not known yet has a made-up one, so that the key is never missing.
    package var isProvisional: Bool { hash.hasPrefix(Self.provisionalPrefix) }

    static let provisionalPrefix = "pending:"
}

/// Something that happened to a block.
package struct BlockChange: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// Stored for the first time.
        case found
        /// An owner became known for a block found by nobody.
        case attributed
        /// Hash, reward or the like became known.
        case completed
        /// Six confirmations.
        case confirmed
        /// Another block has taken its height.
        case orphaned
        /// An orphan is in the chain again.
        case restored
    }

    package let kind: Kind
    package let block: FoundBlock
}
