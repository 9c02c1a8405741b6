import GameRules

/// Whose streak is evaluated, and how far (spec 05 §7.3).
struct StreakTarget: Sendable {
    /// What led to it.
    enum Cause: Sendable, Equatable {
        /// A week is over.
        case check
        /// Shares of these evaluated weeks came late. What was told about a former break is not told again.
        case late(Set<ISOWeek>)
        /// The calendar was written anew, or the list of excused weeks changed: every week counts as not paid yet.
        case anew
    }

    let user: UserID
    /// The last closed week that counts.
    let through: ISOWeek
    let cause: Cause

    /// A repair of what is broken reaches to the last closed week: there is nothing the next check could still break, and what the late
    /// shares mended may have been lost again since. A living streak is mended as far as it was known; the rest is left to the check.
    func reaching(_ closed: ISOWeek, from state: StoredStreak) -> StreakTarget {
        guard case .late = cause, state.current == 0 else { return self }
        return StreakTarget(user: user, through: max(through, closed), cause: cause)
    }
}

/// What an evaluation finds out about one user: a pure function of state, calendar and excused weeks.
struct StreakEvaluation: Sendable, Equatable {
    let user: UserID
    let before: StoredStreak
    let after: StoredStreak
    /// Weeks that pay, ascending. The ledger's keys see to it that each pays once.
    let paidWeeks: [ISOWeek]
    let changes: [StreakChange]

    /// The last closed week.
    let through: ISOWeek

    /// - Parameter active: all active weeks of the user; later ones are left out.
    init(_ target: StreakTarget, before: StoredStreak, active: Set<ISOWeek>, excused: Set<ISOWeek>) {
        let closed = active.filter { $0 <= target.through }
        let streak = Streak(active: closed, excused: excused, through: target.through)
        user = target.user
        through = target.through
        self.before = before
        after = StoredStreak(
            current: streak.weeks,
            longest: max(before.longest, Self.longest(closed, excused)),
            start: streak.firstWeek?.monday,
            lastActiveWeek: closed.max() ?? before.lastActiveWeek,
            evaluatedWeek: Self.evaluatedWeek(streak, closed, excused, through: target.through) ?? before.evaluatedWeek
        )
        let changes = streak.changes(fromWeeks: before.current)
        switch target.cause {
        case .check:
            paidWeeks = closed.filter { week in before.evaluatedWeek.map { week > $0 } ?? true }.sorted()
            self.changes = changes
        case .late(let weeks):
            paidWeeks = closed.filter { week in weeks.contains(week) || before.evaluatedWeek.map { week > $0 } ?? true }.sorted()
            self.changes = changes.filter { if case .extended = $0 { true } else { false } }
        case .anew:
            paidWeeks = closed.sorted()
            self.changes = changes
        }
    }

    /// The longest of all streaks there ever were, also of those that began and ended while nobody checked.
    static func longest(_ active: Set<ISOWeek>, _ excused: Set<ISOWeek>) -> Int {
        var (run, longest) = (0, 0)
        var last: ISOWeek?
        for week in active.sorted() {
            let isContinued = last.map { ($0.next..<week).allSatisfy(excused.contains) } ?? false
            run = isContinued ? run + 1 : 1
            longest = max(longest, run)
            last = week
        }
        return longest
    }

    /// How far a streak is known: to the last closed week while it lives, to the week that ended it once it is broken. So it is a function
    /// of the calendar, whenever it was evaluated, and who does not come back is not evaluated again.
    ///
    /// - Returns: nil when there is nothing to know.
    static func evaluatedWeek(
        _ streak: Streak,
        _ closed: Set<ISOWeek>,
        _ excused: Set<ISOWeek>,
        through: ISOWeek
    ) -> ISOWeek? {
        guard let last = closed.max() else { return nil }
        guard streak.weeks == 0 else { return through }
        var week = last.next
        while week < through, excused.contains(week) { week = week.next }
        return week
    }
}
