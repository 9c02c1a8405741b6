import Accounts
import Feed
import GameRules
import Gamification
import Mining
import Platform
import Scheduler
import ServiceLifecycle

/// The scheduled tasks of all features (spec 11 §7).
enum WorkerTasks {
    static func all(_ runtime: Runtime) -> [ScheduledTask] {
        let ranges = TimeTableKeeper(database: runtime.database)
        let tokens = TokenCleanup(database: runtime.database)
        return [
            ScheduledTask("db_maintenance", .daily(hour: 4, minute: 0), catchUp: .newestOnly) { _, now in
                let instant = Instant(millisecondsSinceUnixEpoch: now)
                try await ranges.makeRanges(at: instant)
                _ = try await ranges.dropExpired(at: instant)
                for table in DayTable.all { try await table.deleteExpired(at: instant, in: runtime.database) }
                try await ranges.compressOld(at: instant)
            },
            ScheduledTask("token_cleanup", .hourly(minute: 7), catchUp: .newestOnly) { _, now in
                try await tokens.run(at: Instant(millisecondsSinceUnixEpoch: now))
            },
        ] + feed(runtime) + mining(MiningJobs(runtime: runtime)) + NetworkJobs.tasks(runtime)
            + GamificationJobs.tasks(runtime, news: [FeedNews(runtime: runtime)], observers: [FeedNews(runtime: runtime)])
    }

    /// Spec 04 §10.
    private static func feed(_ runtime: Runtime) -> [ScheduledTask] {
        let pruner = FeedPruner(database: runtime.database)
        let reminders = EventReminders(runtime: runtime)
        return [
            ScheduledTask("feed_pruner", .hourly(minute: 13), catchUp: .newestOnly) { _, now in
                try await pruner.run(at: Instant(millisecondsSinceUnixEpoch: now))
            },
            ScheduledTask("event_reminders", .every(seconds: 10), catchUp: .newestWithin(seconds: 10)) { _, now in
                try await reminders.run(at: Instant(millisecondsSinceUnixEpoch: now))
            },
        ]
    }

    /// Spec 03 §6. What is run for an instant, a slot or a day takes it from the key, so that a late or manual run does the same; silence
    /// and hashrates now are judged by the clock.
    private static func mining(_ jobs: MiningJobs) -> [ScheduledTask] {
        [
            ScheduledTask("hashrate_snapshots", .every(seconds: 300, offsetSeconds: 5), catchUp: .newestOnly) { key, _ in
                try await jobs.snapshots.run(at: Instant(secondsSinceUnixEpoch: key.slotStartSeconds))
            },
            ScheduledTask("worker_timeout", .every(seconds: 30), catchUp: .newestWithin(seconds: 30)) { _, now in
                try await jobs.timeout.run(now: Instant(millisecondsSinceUnixEpoch: now))
            },
            ScheduledTask("bulk_hashrates", .every(seconds: 60), catchUp: .newestWithin(seconds: 60)) { _, now in
                try await jobs.bulkHashrates.run(at: Instant(millisecondsSinceUnixEpoch: now))
            },
            ScheduledTask("rank_reconciliation", .every(seconds: 30), catchUp: .newestWithin(seconds: 30)) { _, now in
                try await jobs.ranks.run(at: Instant(millisecondsSinceUnixEpoch: now))
            },
            ScheduledTask("rollup_audit", .daily(hour: 0, minute: 20), catchUp: .newestOnly) { key, _ in
                try await jobs.audit.run(at: Instant(secondsSinceUnixEpoch: key.dueAtSeconds))
            },
            ScheduledTask("worker_archive", .daily(hour: 3, minute: 30), catchUp: .newestOnly) { _, now in
                try await jobs.archive.run(at: Instant(millisecondsSinceUnixEpoch: now))
            },
            ScheduledTask("new_miners", .daily(hour: 23, minute: 55), catchUp: .newestWithin(seconds: 86_400)) { key, now in
                let day = UTCDay(containing: Instant(secondsSinceUnixEpoch: key.dueAtSeconds))
                try await jobs.newMiners.run(on: day, at: Instant(millisecondsSinceUnixEpoch: now))
            },
        ]
    }

    static func scheduler(_ runtime: Runtime) -> SchedulerRole {
        SchedulerRole(scheduler: service(runtime))
    }

    static func service(_ runtime: Runtime) -> SchedulerService {
        let clock = runtime.clock
        return SchedulerService(
            tasks: all(runtime),
            leadership: AdvisoryLeadership(database: runtime.database),
            ledger: SystemHealthLedger(database: runtime.database),
            locks: AdvisoryTaskLocks(database: runtime.database),
            clock: SleepingClock { clock.now().millisecondsSinceUnixEpoch },
            metricsPrefix: "tbg_",
            logger: runtime.logger
        )
    }
}

/// The scheduler as a service of the process.
struct SchedulerRole: Service {
    let scheduler: SchedulerService

    func run() async throws {
        await cancelWhenGracefulShutdown { await scheduler.run() }
    }
}
