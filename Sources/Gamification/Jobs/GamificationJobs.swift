import GameRules
package import Platform
package import Scheduler

/// The scheduled tasks of gamification (spec 05 §12).
package enum GamificationJobs {
    /// A warning that comes late is of use until 23:00.
    private static let warningLife: Int64 = 5 * 3_600

    /// - Parameters:
    ///   - news: what writes notifications and activity about experience and badges.
    ///   - observers: what writes them about streaks.
    package static func tasks(
        _ runtime: Runtime,
        news: [any GameNews] = [],
        observers: [any StreakObserver] = []
    ) -> [ScheduledTask] {
        let recalculator = Recalculator(runtime: runtime)
        let warning = StreakWarning(runtime: runtime, observers: observers)
        let reminders = StreakReminders(runtime: runtime)
        return [
            // On Mondays it closes the week, at other hours it looks for who is behind.
            ScheduledTask("streak_checker", .hourly(minute: 5), catchUp: .newestOnly) { _, _ in
                try await StreakChecker(runtime: runtime, badges: .embedded(), news: news, observers: observers).run()
            },
            ScheduledTask("xp_recalculator", .hourly(minute: 20), catchUp: .newestOnly) { _, now in
                try await recalculator.run(at: Instant(millisecondsSinceUnixEpoch: now))
            },
            ScheduledTask("streak_warning", .weekly(.sunday, hour: 18, minute: 0), catchUp: .newestWithin(seconds: warningLife)) {
                key,
                _ in
                try await warning.run(at: Instant(secondsSinceUnixEpoch: key.dueAtSeconds))
            },
            ScheduledTask("streak_reminders_first", .weekly(.sunday, hour: 18, minute: 0), catchUp: .newestWithin(seconds: 300)) { _, now in
                try await reminders.run(at: Instant(millisecondsSinceUnixEpoch: now))
            },
            ScheduledTask("streak_reminders_last", .weekly(.sunday, hour: 23, minute: 0), catchUp: .newestWithin(seconds: 300)) { _, now in
                try await reminders.run(at: Instant(millisecondsSinceUnixEpoch: now))
            },
        ]
    }
}
