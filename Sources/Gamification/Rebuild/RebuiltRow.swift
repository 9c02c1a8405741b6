import GameRules

/// A row of `user_gamification` as ledger, badges and calendar make it: a pure function of them.
struct RebuiltRow: Sendable, Equatable {
    var totalXP: Int64 = 0
    var badgesEarned: Int32 = 0
    var streak = StoredStreak()
    var totalShares: Int64 = 0
    var bestDifficulty = 0.0
    var blocksFound: Int32 = 0

    /// By the total.
    var level: Level { LevelTable.level(forTotalXP: totalXP) }

    /// The streak of a calendar, as checks of every week would have left it.
    ///
    /// - Parameters:
    ///   - active: all active weeks.
    ///   - paid: weeks whose experience is in the ledger. What is active and not paid yet is left to the next check.
    ///   - last: the last week that was checked; nil when none was.
    static func streak(active: Set<ISOWeek>, paid: Set<ISOWeek>, excused: Set<ISOWeek>, checkedThrough last: ISOWeek?) -> StoredStreak {
        guard let last else { return StoredStreak() }
        let unpaid = active.filter { $0 <= last && !paid.contains($0) }.min()
        let through = unpaid?.previous ?? last
        let closed = active.filter { $0 <= through }
        let streak = Streak(active: closed, excused: excused, through: through)
        return StoredStreak(
            current: streak.weeks,
            longest: StreakEvaluation.longest(closed, excused),
            start: streak.firstWeek?.monday,
            lastActiveWeek: closed.max(),
            evaluatedWeek: StreakEvaluation.evaluatedWeek(streak, closed, excused, through: through)
        )
    }

    /// What differs, as `name: stored, should be …`, one text a column.
    func differences(from stored: RebuiltRow, level: (number: Int32, title: String)) -> [String] {
        var texts: [String] = []
        func compare<Value: Equatable>(_ name: String, _ stored: Value, _ right: Value) {
            if stored != right { texts.append("\(name) \(Self.text(stored)), should be \(Self.text(right))") }
        }
        compare("total_xp", stored.totalXP, totalXP)
        compare("level", level.number, Int32(self.level.number))
        compare("level_title", level.title, self.level.title)
        compare("badges_earned", stored.badgesEarned, badgesEarned)
        compare("current_streak", stored.streak.current, streak.current)
        compare("longest_streak", stored.streak.longest, streak.longest)
        compare("streak_start_date", stored.streak.start, streak.start)
        compare("last_active_week", stored.streak.lastActiveWeek, streak.lastActiveWeek)
        compare("streak_evaluated_week", stored.streak.evaluatedWeek, streak.evaluatedWeek)
        compare("total_shares", stored.totalShares, totalShares)
        compare("best_difficulty", stored.bestDifficulty, bestDifficulty)
        compare("blocks_found", stored.blocksFound, blocksFound)
        return texts
    }

    private static func text(_ value: some Any) -> String {
        if let value = value as? any OptionalText { return value.text }
        return "\(value)"
    }
}

/// Texts of values that may be absent.
private protocol OptionalText {
    var text: String { get }
}

extension Optional: OptionalText where Wrapped: CustomStringConvertible {
    fileprivate var text: String { map(\.description) ?? "nothing" }
}
