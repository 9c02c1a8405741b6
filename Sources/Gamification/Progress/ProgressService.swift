import GameRules
import Postgres

/// What a user has come to, with the streak brought up to date where its evaluation is pending (spec 05 §7.1, §9).
struct ProgressService: Sendable {
    private let store: ProgressStore
    private let calendar: CalendarReadStore
    private let directory: BadgeDirectory

    init(database: PostgresClient, directory: BadgeDirectory) {
        store = ProgressStore(database: database)
        calendar = CalendarReadStore(database: database)
        self.directory = directory
    }

    /// Without a state row everything is zero.
    func progress(of user: UserID, at now: Instant) async throws -> Progress {
        let running = ISOWeek(containing: now)
        guard let row = try await store.state(of: user, running: running) else { return Progress(streak: .none(in: running)) }
        let streak: StreakView
        if let view = StreakView(row.streak, latest: row.latest, running: running) {
            streak = view
        } else {
            let walked = try await calendar.streak(of: user, through: running.previous)
            streak = StreakView(row.streak, walked: walked, latest: row.latest, running: running)
        }
        return Progress(totalXP: row.totalXP, badgesEarned: row.badgesEarned, streak: streak, stats: row.stats)
    }

    func overview(of user: UserID, at now: Instant) async throws -> GamificationOverview {
        let available = try await directory.contents(at: now).activeCount
        return GamificationOverview(progress: try await progress(of: user, at: now), badgesAvailable: available)
    }

    func experience(of user: UserID) async throws -> Experience { try await store.experience(of: user) }
}
