import GameRules
import Platform
import Scheduler
import Testing

@testable import tbg

/// The scheduled tasks as the scheduler runs them (spec 03 §6, 11 §7).
@Suite("Scheduled tasks")
struct WorkerTaskTests {
    @Test("Every task succeeds where there is nothing to do, and again for the same key")
    func idle() async throws {
        try await Rig.run { rig in
            // Past the patience of the newest snapshot.
            rig.clock.advance(milliseconds: 70_000)
            let scheduler = WorkerTasks.service(rig.runtime)
            let names = WorkerTasks.all(rig.runtime).map(\.name)
            #expect(Set(names).count == names.count)
            for name in names + names {
                let run = await scheduler.runManually(name, atMilliseconds: rig.clock.now.millisecondsSinceUnixEpoch)
                #expect(run?.outcome == .succeeded, "\(name)")
            }
        }
    }

    @Test("The tasks of mining are due as the spec has them")
    func due() async throws {
        try await Rig.run { rig in
            let tasks = Dictionary(uniqueKeysWithValues: WorkerTasks.all(rig.runtime).map { ($0.name, $0.schedule) })
            #expect(tasks["hashrate_snapshots"] == .every(seconds: 300, offsetSeconds: 5))
            #expect(tasks["worker_timeout"] == .every(seconds: 30))
            #expect(tasks["bulk_hashrates"] == .every(seconds: 60))
            #expect(tasks["rank_reconciliation"] == .every(seconds: 30))
            #expect(tasks["rollup_audit"] == .daily(hour: 0, minute: 20))
            #expect(tasks["worker_archive"] == .daily(hour: 3, minute: 30))
        }
    }

    @Test("The tasks of gamification are due as the spec has them")
    func gamificationDue() async throws {
        try await Rig.run { rig in
            let tasks = Dictionary(uniqueKeysWithValues: WorkerTasks.all(rig.runtime).map { ($0.name, $0.schedule) })
            #expect(tasks["streak_checker"] == .hourly(minute: 5))
            #expect(tasks["xp_recalculator"] == .hourly(minute: 20))
            #expect(tasks["streak_warning"] == .weekly(.sunday, hour: 18, minute: 0))
        }
    }
}
