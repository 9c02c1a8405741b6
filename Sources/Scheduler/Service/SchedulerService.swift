public import Logging
import Synchronization

/// Performs what ``SchedulerMachine`` decides: takes part in leader election and, while leading, starts the tasks that are due.
public final class SchedulerService: Sendable {
    private let tasks: [String: ScheduledTask]
    private let leadership: any Leadership
    private let ledger: any TaskLedger
    private let clock: any SchedulerClock
    private let runner: TaskRunner
    private let limit: RunLimit
    private let hooks: SchedulerHooks
    private let metrics: SchedulerMetrics
    private let logger: Logger
    private let machine: Mutex<SchedulerMachine>

    /// A scheduler for `tasks`; of two tasks with the same name the first counts.
    ///
    /// - Parameter metricsPrefix: goes before `leader`, `task_runs_total`, `task_duration_seconds`, `task_last_success_timestamp`.
    public init(
        tasks: [ScheduledTask],
        leadership: any Leadership,
        ledger: any TaskLedger,
        locks: any TaskLocks,
        clock: any SchedulerClock,
        configuration: SchedulerConfiguration = SchedulerConfiguration(),
        hooks: SchedulerHooks = SchedulerHooks(),
        metricsPrefix: String = "",
        logger: Logger
    ) {
        self.tasks = Dictionary(tasks.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.leadership = leadership
        self.ledger = ledger
        self.clock = clock
        self.runner = TaskRunner(ledger: ledger, locks: locks, clock: clock)
        self.hooks = hooks
        limit = RunLimit(configuration.concurrentRuns)
        self.metrics = SchedulerMetrics(prefix: metricsPrefix)
        self.logger = logger
        self.machine = Mutex(SchedulerMachine(tasks: tasks, configuration: configuration))
    }

    /// Whether this process believes to be the leader.
    public var isLeader: Bool { machine.withLock { $0.isLeader } }

    /// What this process knows of each task.
    public var statuses: [TaskStatus] {
        let now = clock.nowMilliseconds
        return machine.withLock { $0.statuses(at: now) }
    }

    /// Runs until the task is cancelled; then cancels the runs in progress, waits for them and gives up leadership. Call it once.
    public func run() async {
        let (events, continuation) = AsyncStream.makeStream(of: SchedulerMachine.Event.self)
        metrics.recordLeadership(false)
        await withDiscardingTaskGroup { group in
            let alarm = Alarm(clock: clock) { continuation.yield(.tick) }
            defer { alarm.cancel() }
            continuation.yield(.tick)
            for await event in events {
                let now = clock.nowMilliseconds
                let (actions, wakeUp) = machine.withLock { machine in
                    let actions = machine.handle(event, at: now)
                    return (actions, machine.nextWakeUp(after: now))
                }
                for action in actions {
                    perform(action, in: &group) { continuation.yield($0) }
                }
                alarm.set(wakeUp)
            }
        }
        // Not cancelled with the rest: the lock should be free for the next leader at once.
        await Task { await leadership.release() }.value
        metrics.recordLeadership(false)
    }

    private func perform(
        _ action: SchedulerMachine.Action,
        in group: inout DiscardingTaskGroup,
        report: @escaping @Sendable (SchedulerMachine.Event) -> Void
    ) {
        switch action {
        case .tryLeadership:
            group.addTask { report(.leadershipAnswered((try? await self.leadership.tryAcquire()) ?? false)) }
        case .checkLeadership:
            group.addTask { report(.leadershipChecked(stillHeld: await self.leadership.stillHeld())) }
        case .readLedger:
            group.addTask { report(.ledgerRead(try? await self.ledger.histories(of: Array(self.tasks.keys)))) }
        case .start(let name, let key, let attempt):
            guard let task = tasks[name] else { return }
            group.addTask {
                let end = await self.start(task, key, attempt: attempt)
                report(.finished(task: name, end.outcome, atMilliseconds: end.atMilliseconds))
            }
        case .flagOverdue(let task, let key, let runningFor):
            logger.error("task overdue", metadata: ["task": "\(task)", "key": "\(key)", "running_ms": "\(runningFor)"])
            group.addTask { await self.hooks.taskOverdue(task, key, runningFor) }
        case .announceLeadership, .announceLoss:
            let isLeader = action == .announceLeadership
            logger.notice("leadership changed", metadata: ["leader": "\(isLeader)"])
            metrics.recordLeadership(isLeader)
            group.addTask { await self.hooks.leadershipChanged(isLeader) }
        }
    }

    private func start(_ task: ScheduledTask, _ key: DueKey, attempt: Int) async -> TaskRunner.End {
        await limit.run {
            let startedAt = clock.nowMilliseconds
            let end = await runner.run(task, key: key, isManual: false)
            record(end, of: task, key, startedAt: startedAt, attempt: attempt)
            return end
        }
    }

    private func record(_ end: TaskRunner.End, of task: ScheduledTask, _ key: DueKey, startedAt: Int64, attempt: Int) {
        metrics.recordRun(
            task: task.name,
            outcome: end.outcome,
            startedAtMilliseconds: startedAt,
            endedAtMilliseconds: end.atMilliseconds
        )
        let metadata: Logger.Metadata = [
            "task": "\(task.name)", "key": "\(key)", "attempt": "\(attempt)", "result": "\(end.outcome.label)",
            "duration_ms": "\(end.atMilliseconds - startedAt)",
        ]
        if case .failed(let code) = end.outcome {
            logger.error("task failed", metadata: metadata.merging(["code": "\(code)"]) { $1 })
        } else {
            logger.debug("task ended", metadata: metadata)
        }
    }
}

extension SchedulerService {
    /// Runs one task by hand, for the newest key due at an instant, whoever leads and whatever the ledger says.
    ///
    /// The run takes the task's lock and is recorded as manual: it does not move the task's last successful key, so it can neither hide
    /// missed runs nor repeat old ones.
    ///
    /// - Returns: the key it ran for and how it ended; `nil` when there is no task of that name.
    public func runManually(_ name: String, atMilliseconds instant: Int64) async -> (key: DueKey, outcome: TaskOutcome)? {
        guard let task = tasks[name] else { return nil }
        let key = task.schedule.newestKey(atSeconds: instant.wholeSeconds)
        let startedAt = clock.nowMilliseconds
        let end = await runner.run(task, key: key, isManual: true)
        record(end, of: task, key, startedAt: startedAt, attempt: 1)
        return (key, end.outcome)
    }
}
