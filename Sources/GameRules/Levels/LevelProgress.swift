/// How far a total of XP has come within its level: the level fields of the XP endpoints (spec 05 §3).
public struct LevelProgress: Hashable, Sendable {
    /// The total this was computed from, at least 0.
    public let totalXP: Int64
    /// The level of the total.
    public let level: Level
    /// The next row; at the top the same as ``level``.
    public let nextLevel: Level
    /// XP since the beginning of the level; at the top equal to ``xpForLevel``.
    public let xpIntoLevel: Int64
    /// XP from the beginning of the level to the next row.
    public let xpForLevel: Int64
    /// XP missing to the next row, 0 at the top.
    public let xpToNext: Int64

    /// Whether there is no further row.
    public var isMaxLevel: Bool { nextLevel == level }
}
