import ArgumentParser
import GameRules
import Gamification
import Platform
import Redis

/// `tbg admin excuse-week WEEK`: a week in which the pool was down neither breaks a streak nor extends it (spec 05 §7.2).
struct ExcuseWeek: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "excuse-week",
        abstract: "Record a week in which the pool was down: it breaks no streak. Streaks it has broken are given back."
    )

    @Argument(help: "An ISO week such as 2026-W09.")
    var week: String

    @Flag(help: "Take the record back.")
    var remove = false

    func run() async throws {
        guard let week = ISOWeek(week) else { throw ValidationError("WEEK must be an ISO week such as 2026-W09") }
        let runtime = try await ServiceRole.runtime("admin")
        do {
            let changed = try await ExcusedWeeks(database: runtime.database).set(week, isExcused: !remove, at: runtime.clock.now())
            // Also when nothing changed: an earlier run may have ended before everybody was judged anew.
            try? await runtime.redis.connect()
            let news = FeedNews(runtime: runtime)
            try await StreakChecker(runtime: runtime, badges: .embedded(), news: [news], observers: [news]).runForEverybody()
            Console.line(changed ? "\(week) is \(remove ? "no longer " : "")excused" : "nothing to change")
            await runtime.close()
        } catch {
            await runtime.close()
            throw error
        }
    }
}
