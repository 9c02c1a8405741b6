/// What a badge is given for (spec 05 §4.2). Numbers are compared by "at least", never by "equal": a jump over a threshold counts.
public enum BadgeTrigger: Hashable, Sendable {
    /// Accepted shares of the account.
    case shareCount(Int64)
    /// Difficulty of the account's best share.
    case bestDifficulty(Double)
    /// Closed active weeks in a row.
    case streak(Int64)
    /// Blocks found.
    case blockFound(Int64)
    /// Something another part of the product tells.
    case event(String)

    /// Column `trigger_type`.
    public enum Kind: String, Sendable, CaseIterable {
        case shareCount = "share_count"
        case bestDifficulty = "best_diff"
        case streak
        case blockFound = "block_found"
        case event
    }

    /// Which kind it is.
    public var kind: Kind {
        switch self {
        case .shareCount: .shareCount
        case .bestDifficulty: .bestDifficulty
        case .streak: .streak
        case .blockFound: .blockFound
        case .event: .event
        }
    }

    /// A trigger as a definition row tells it; nil without the one setting its kind needs, or for a threshold that everybody meets.
    public init?(kind: Kind, threshold: Double?, event: String?) {
        switch (kind, threshold, event) {
        case (.event, _, let event?) where !event.isEmpty: self = .event(event)
        case (.bestDifficulty, let threshold?, _) where threshold > 0 && threshold.isFinite: self = .bestDifficulty(threshold)
        case (.shareCount, let threshold?, _): self.init(threshold) { .shareCount($0) }
        case (.streak, let threshold?, _): self.init(threshold) { .streak($0) }
        case (.blockFound, let threshold?, _): self.init(threshold) { .blockFound($0) }
        default: return nil
        }
    }

    private init?(_ threshold: Double, _ make: (Int64) -> BadgeTrigger) {
        guard let whole = Int64(exactly: threshold), whole > 0 else { return nil }
        self = make(whole)
    }
}

/// What became true of a user, to be held against triggers.
public enum BadgeFact: Hashable, Sendable {
    case shareCount(Int64)
    case bestDifficulty(Double)
    case streak(Int64)
    case blocksFound(Int64)
    case event(String)

    /// Whether a badge with this trigger is deserved.
    public func meets(_ trigger: BadgeTrigger) -> Bool {
        switch (self, trigger) {
        case (.shareCount(let value), .shareCount(let threshold)): value >= threshold
        case (.bestDifficulty(let value), .bestDifficulty(let threshold)): value >= threshold
        case (.streak(let value), .streak(let threshold)): value >= threshold
        case (.blocksFound(let value), .blockFound(let threshold)): value >= threshold
        case (.event(let name), .event(let wanted)): name == wanted
        default: false
        }
    }
}
