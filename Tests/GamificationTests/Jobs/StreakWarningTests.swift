import FeatureRig
import GameRules
import Platform
import Postgres
import Redis
import Synchronization
import Testing

@testable import Gamification

/// Who is warned, and of what (spec 05 §12, 04 §5).
@Suite("Streak warning")
struct StreakWarningTests {
    /// Keeps what it is told.
    private final class Listener: StreakObserver {
        let heard = Mutex<[StreakNews]>([])

        func streaksChanged(_ news: [StreakNews], now: Instant, in transaction: PostgresTransaction) async throws {
            heard.withLock { $0 += news }
        }
    }

    @Test("Those with a streak of closed weeks and nothing in the running one")
    func recipients() async throws {
        try await ProgressRig.run(at: Instant(rfc3339: "2026-03-01T18:00:00Z") ?? .unixEpoch) { rig in
            let idle = try await rig.player("bc1qidle00000")
            let active = try await rig.player("bc1qactive00000")
            let new = try await rig.player("bc1qnew00000")
            for player in [idle, active] {
                try await rig.activate(["2026-W08"], of: player)
                try await rig.setState(
                    of: player,
                    current: 1,
                    longest: 3,
                    start: "2026-02-16",
                    lastActive: "2026-W08",
                    evaluated: "2026-W08"
                )
            }
            try await rig.activate(["2026-W09"], of: active)
            try await rig.setState(of: new)
            let listener = Listener()
            #expect(try await StreakWarning(runtime: rig.runtime, observers: [listener]).run(at: rig.clock.now) == 1)
            let week = try #require(ISOWeek("2026-W09"))
            #expect(listener.heard.withLock { $0 } == [StreakNews(user: idle.user, kind: .warning, weeks: 1, week: week)])
            #expect(listener.heard.withLock { $0.first?.notificationKey } == "streak_warning:\(idle.user):2026-W09")
            let atRisk = StreaksAtRisk(database: rig.runtime.database)
            #expect(try await atRisk.stake(of: idle.user, at: rig.clock.now) == .init(user: idle.user, weeks: 1, longest: 3))
            #expect(try await atRisk.stake(of: active.user, at: rig.clock.now) == nil)
            #expect(try await atRisk.stake(of: new.user, at: rig.clock.now) == nil)
            #expect(StreaksAtRisk.eventID(of: week) == "streak-2026-W09")
        }
    }

    @Test("Changes are told to observers in the transaction, with the keys that make them unique")
    func changes() async throws {
        try await ProgressRig.run { rig in
            let player = try await rig.player()
            try await rig.activate(["2026-W07"], of: player)
            try await rig.setState(of: player)
            let listener = Listener()
            let checker = StreakChecker(runtime: rig.runtime, badges: try .embedded(), observers: [listener])
            rig.clock.set(try rig.instant("2026-02-16T01:05:00Z"))
            try await checker.run()
            rig.clock.set(try rig.instant("2026-02-23T01:05:00Z"))
            try await checker.run()
            let keys = listener.heard.withLock { $0.map { $0.notificationKey ?? $0.activityKey } }
            #expect(
                keys == ["streak_ext:\(player.user):2026-W07", "streak:1", "streak_broken:\(player.user):2026-W08"]
            )
        }
    }
}
