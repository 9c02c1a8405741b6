import GameRules
import Logging
package import Mining
package import Platform
import ServiceLifecycle

/// Gamification in a worker: the engine inside ingest, and what is done when a process starts: badge definitions as the program knows them,
/// and shares counted that nobody had counted.
package struct GamificationService: Service {
    private static let pauseSeconds: Int64 = 3600
    private static let retrySeconds: Int64 = 5

    /// What ingest is to call.
    package let engine: any BatchObserver
    private let runtime: Runtime
    private let book: BadgeBook
    private let backfill: Backfill

    /// - Parameters:
    ///   - firstShares: features that wait for a user's first share.
    ///   - news: what writes notifications and activity.
    ///   - streakObservers: what writes them about streaks that late shares mend.
    /// - Throws: for a data file that cannot be read.
    package init(
        runtime: Runtime,
        firstShares: [any FirstShareObserver] = [],
        news: [any GameNews] = [],
        streakObservers: [any StreakObserver] = []
    ) throws {
        let (ledger, book) = (GameLedger(runtime: runtime, news: news), try BadgeBook.embedded())
        let streaks = StreakService(badges: book, observers: streakObservers)
        engine = GameEngine(ledger: ledger, book: book, repair: streaks, firstShares: firstShares)
        backfill = Backfill(runtime: runtime, ledger: ledger, book: book, streaks: streaks)
        self.runtime = runtime
        self.book = book
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let seconds = await prepare() ? Self.pauseSeconds : Self.retrySeconds
                try? await Task.sleep(for: .seconds(seconds))
            }
        }
    }

    /// Whether all is done; a database that is away is no fault.
    private func prepare() async -> Bool {
        do {
            let now = runtime.clock.now()
            try await book.install(in: runtime.database, now: now)
            try await backfill.run(now: now)
            return true
        } catch {
            if !Task.isCancelled {
                runtime.logger.warning("badges not prepared", metadata: ["event": "gamification", "error_kind": "\(type(of: error))"])
            }
            return false
        }
    }
}
