/// What a transaction did to a user's level: one rise from where it stood before the first grant to where it stands after the last
/// (spec 05 §5.3), whatever lies between.
public struct LevelRise: Hashable, Sendable {
    /// Before.
    public let old: Level
    /// After; always higher.
    public let new: Level

    /// Nil when the level stays or falls.
    public init?(from oldTotalXP: Int64, to newTotalXP: Int64) {
        let (old, new) = (LevelTable.level(forTotalXP: oldTotalXP), LevelTable.level(forTotalXP: newTotalXP))
        guard new.number > old.number else { return nil }
        self.old = old
        self.new = new
    }
}
