/// Consecutive active weeks (spec 05 §7.1): a pure function of the calendar.
public struct Streak: Hashable, Sendable {
    /// How many active weeks it counts.
    public let weeks: Int
    /// The earliest week counted; nil when none is.
    public let firstWeek: ISOWeek?

    /// No week at all.
    public static let none = Streak(weeks: 0, firstWeek: nil)

    private init(weeks: Int, firstWeek: ISOWeek?) {
        self.weeks = weeks
        self.firstWeek = firstWeek
    }

    /// The streak that ends with a week: walking back, an active week counts, one that is only excused is skipped, any other ends the walk.
    ///
    /// - Parameters:
    ///   - active: weeks with an accepted share.
    ///   - excused: weeks in which the pool itself was down.
    ///   - last: the last closed week.
    public init(active: Set<ISOWeek>, excused: Set<ISOWeek> = [], through last: ISOWeek) {
        var streak = Streak.none
        var week = last
        while true {
            if active.contains(week) {
                streak = Streak(weeks: streak.weeks + 1, firstWeek: week)
            } else if !excused.contains(week) {
                break
            }
            // Before the first representable week there is none.
            guard week.previous < week else { break }
            week = week.previous
        }
        self = streak
    }

    /// The streak with the week after it, when that one is active: what a user sees while the week runs.
    public func extended(by week: ISOWeek) -> Streak {
        Streak(weeks: weeks + 1, firstWeek: firstWeek ?? week)
    }

    /// What a new evaluation says beside the one before (spec 05 §7.3 step 5).
    public func changes(fromWeeks before: Int) -> [StreakChange] {
        if weeks > before { return [.extended(weeks: weeks)] }
        if weeks == before { return [] }
        return [.broken(lostWeeks: before)] + (weeks > 0 ? [.extended(weeks: weeks)] : [])
    }
}

/// What became of a streak between two evaluations.
public enum StreakChange: Hashable, Sendable {
    /// It is so long now.
    case extended(weeks: Int)
    /// So many weeks were lost.
    case broken(lostWeeks: Int)
}
