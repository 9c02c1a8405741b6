import GameRules

/// A row of `user_gamification` as ledger, badges and calendar make it: a pure function of them.
struct RebuiltRow: Sendable, Equatable {
    var totalXP: Int64 = 0
    var badgesEarned: Int32 = 0
    var streak = StoredStreak()
    var totalShares: Int64 = 0
    var bestDifficulty = 0.0
    var blocksFound: Int32 = 0
    var weeks = Weeks()

    /// The two latest active weeks by their Mondays, and the days of the latest.
    struct Weeks: Sendable, Equatable {
        var latest: UTCDay?
        /// Bit 0 is Monday.
        var days: Int16 = 0
        var before: UTCDay?
    }

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

    /// What differs, as `name stored, should be …`, one text a column.
    func differences(from stored: RebuiltRow, level: (number: Int32, title: String)) -> [String] {
        let before = stored.columns(level: Int(level.number), title: level.title)
        let after = columns(level: self.level.number, title: self.level.title)
        return zip(before, after).compactMap { before, after in
            before.text == after.text ? nil : "\(before.name) \(before.text), should be \(after.text)"
        }
    }

    private func columns(level: Int, title: String) -> [(name: String, text: String)] {
        func text(_ value: (some CustomStringConvertible)?) -> String { value?.description ?? "nothing" }
        return [
            ("total_xp", text(totalXP)), ("level", text(level)), ("level_title", title), ("badges_earned", text(badgesEarned)),
            ("current_streak", text(streak.current)), ("longest_streak", text(streak.longest)),
            ("streak_start_date", text(streak.start)), ("last_active_week", text(streak.lastActiveWeek)),
            ("streak_evaluated_week", text(streak.evaluatedWeek)), ("total_shares", text(totalShares)),
            ("best_difficulty", text(bestDifficulty)), ("blocks_found", text(blocksFound)),
            ("latest_active_week", text(weeks.latest)), ("latest_day_mask", text(weeks.days)), ("active_week_before", text(weeks.before)),
        ]
    }
}
