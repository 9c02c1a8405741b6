/// A length of a streak that is celebrated, once per user for ever (spec 05 §7.2).
public struct StreakMilestone: Hashable, Sendable {
    /// Consecutive active weeks.
    public let weeks: Int
    /// The name shown.
    public let label: String

    /// All, ascending.
    public static let all = [
        StreakMilestone(weeks: 1, label: "First Week"), StreakMilestone(weeks: 4, label: "Month Strong"),
        StreakMilestone(weeks: 12, label: "Quarter Master"), StreakMilestone(weeks: 26, label: "Half Year Hero"),
        StreakMilestone(weeks: 52, label: "Year of Mining"),
    ]

    /// Those a streak has reached, ascending. By ≥, so that a catch-up skips none.
    public static func reached(byWeeks weeks: Int) -> [StreakMilestone] { all.filter { $0.weeks <= weeks } }

    /// The next one; nil beyond the last.
    public static func next(afterWeeks weeks: Int) -> StreakMilestone? { all.first { $0.weeks > weeks } }
}
