/// A row of the level table (spec 05 §3).
public struct Level: Hashable, Sendable {
    /// The level number: 1…10, 15, 20, 25, 30 or 50.
    public let number: Int
    /// The title shown with the level.
    public let title: String
    /// Published on the wire but never computed with: from level 15 up it is not the step between rows.
    public let displayedXPRequired: Int64
    /// The total XP from which a user has this level.
    public let cumulativeXP: Int64
}
