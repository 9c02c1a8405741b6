/// The part of a badge's definition that decides (spec 05 §4).
public struct BadgeRule: Hashable, Sendable {
    /// Stable name.
    public let slug: String
    /// Place in every list.
    public let sortOrder: Int
    /// Experience it is worth.
    public let xpReward: Int64
    /// Inactive badges are never given; given ones stay.
    public let isActive: Bool
    /// What it is given for.
    public let trigger: BadgeTrigger

    /// A rule.
    public init(slug: String, sortOrder: Int, xpReward: Int64, isActive: Bool = true, trigger: BadgeTrigger) {
        self.slug = slug
        self.sortOrder = sortOrder
        self.xpReward = xpReward
        self.isActive = isActive
        self.trigger = trigger
    }
}

/// The rules in force, in the order badges are given in.
public struct BadgeRules: Sendable {
    /// Active rules by `sort_order`, then slug.
    public let rules: [BadgeRule]

    /// Keeps the active ones.
    public init(_ rules: some Sequence<BadgeRule>) {
        self.rules = rules.filter(\.isActive).sorted { ($0.sortOrder, $0.slug) < ($1.sortOrder, $1.slug) }
    }

    /// Everything a fact deserves: a jump over several thresholds deserves all of them.
    public func deserved(by fact: BadgeFact) -> [BadgeRule] {
        rules.filter { fact.meets($0.trigger) }
    }
}
