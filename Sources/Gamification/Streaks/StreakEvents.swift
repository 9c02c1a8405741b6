package import Feed
package import GameRules
package import Platform

/// A streak that ends with the running week unless a share comes: an event that is computed, not stored (spec 04 §5).
package struct StreakEvents: PersonalEvents {
    private let atRisk: StreaksAtRisk

    package init(runtime: Runtime) {
        atRisk = StreaksAtRisk(database: runtime.database)
    }

    package func events(of user: UserID, at now: Instant) async throws -> [UpcomingEvent] {
        guard let stake = try await atRisk.stake(of: user, at: now) else { return [] }
        return [Self.event(stake, in: ISOWeek(containing: now))]
    }

    /// What the user of a streak is shown.
    static func event(_ stake: StreaksAtRisk.Stake, in week: ISOWeek) -> UpcomingEvent {
        let length = stake.weeks == 1 ? "one week" : "\(stake.weeks) weeks"
        return UpcomingEvent(
            id: StreaksAtRisk.eventID(of: week),
            kind: .streak,
            title: "Keep your streak",
            description: "One share before Monday, 00:00 UTC, keeps your streak of \(length).",
            endsAt: week.end,
            action: UpcomingEvent.Action(label: "View streak", href: "/profile/streaks"),
            target: stake.user
        )
    }
}

/// Reminds of streaks at risk, six hours and one hour before the week ends (spec 04 §10.3).
package struct StreakReminders: Sendable {
    private let atRisk: StreaksAtRisk
    private let reminders: EventReminders

    package init(runtime: Runtime) {
        atRisk = StreaksAtRisk(database: runtime.database)
        reminders = EventReminders(runtime: runtime)
    }

    /// - Returns: how many were sent.
    @discardableResult
    package func run(at now: Instant) async throws -> Int {
        let week = ISOWeek(containing: now)
        var (last, count) = (UserID(0), 0)
        while true {
            let stakes = try await atRisk.page(in: week, after: last)
            guard let newest = stakes.last else { return count }
            count += try await reminders.remind(stakes.map { StreakEvents.event($0, in: week) }, at: now)
            last = newest.user
        }
    }
}
