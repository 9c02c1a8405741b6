import Accounts
import GameRules
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
            },
            ScheduledTask("token_cleanup", .hourly(minute: 7), catchUp: .newestOnly) { _, now in
                try await tokens.run(at: Instant(millisecondsSinceUnixEpoch: now))
            },
        ] + NetworkJobs.tasks(runtime)
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
