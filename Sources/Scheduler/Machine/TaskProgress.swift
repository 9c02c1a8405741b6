/// The scheduling state of one task on the leader.
struct TaskProgress: Sendable {
    struct Running: Sendable {
        let key: DueKey
        let startedAt: Int64
        var isOverdue = false
    }

    /// A key that must not be tried before a time, after a failure or while another process holds the task's lock.
    struct Waiting: Sendable {
        let key: DueKey
        let failures: Int
        let retryAt: Int64
    }

    let name: String
    let schedule: Schedule
    let catchUp: CatchUp
    private(set) var usualDuration: Int64
    /// Keys up to this one need no run; `nil` until the ledger has been read.
    private(set) var doneThrough: DueKey?
    private(set) var running: Running?
    private var waiting: Waiting?
    private(set) var lastKey: DueKey?
    private(set) var lastStartedAt: Int64?
    private(set) var lastFinishedAt: Int64?
    private(set) var lastOutcome: TaskOutcome?

    init(_ task: ScheduledTask) {
        name = task.name
        schedule = task.schedule
        catchUp = task.catchUp
        usualDuration = task.usualDurationMilliseconds
    }

    /// Takes over what the ledger knows. Without a usable history only the newest key counts as due, never all keys since the epoch.
    mutating func learn(_ history: TaskHistory?, now: Int64) {
        if let duration = history?.usualDurationMilliseconds { usualDuration = duration }
        let recorded = history?.lastSuccessfulKey.flatMap { schedule.key(named: $0) }
        // A reading may be older than a run that ended meanwhile here; what was done stays done.
        let known = [doneThrough, recorded].compactMap { $0 }.max()
        doneThrough = known ?? schedule.key(before: schedule.newestKey(atSeconds: now.wholeSeconds))
    }

    /// The key to start now, and the attempt it is, if any.
    func startable(now: Int64) -> (key: DueKey, attempt: Int)? {
        guard running == nil, let key = due(now: now) else { return nil }
        guard let waiting, waiting.key == key else { return (key, 1) }
        return waiting.retryAt <= now ? (key, waiting.failures + 1) : nil
    }

    /// The next time at which ``startable(now:)`` may change by the clock alone.
    func nextChange(now: Int64) -> Int64? {
        guard running == nil, let doneThrough else { return nil }
        let newest = schedule.newestKey(atSeconds: now.wholeSeconds)
        guard let key = due(now: now) else { return schedule.key(after: max(newest, doneThrough)).dueAtMilliseconds }
        let retryAt = waiting.flatMap { $0.key == key ? $0.retryAt : nil } ?? now
        // A newer key frees a task that drops old keys from waiting for them.
        return catchUp == .everyMissedKey ? retryAt : min(retryAt, schedule.key(after: newest).dueAtMilliseconds)
    }

    mutating func start(_ key: DueKey, now: Int64) {
        running = Running(key: key, startedAt: now)
        lastKey = key
        lastStartedAt = now
    }

    mutating func finish(_ outcome: TaskOutcome, at endedAt: Int64, configuration: SchedulerConfiguration) {
        guard let ended = running else { return }
        running = nil
        lastFinishedAt = endedAt
        lastOutcome = outcome
        let failures = waiting.flatMap { $0.key == ended.key ? $0.failures : nil } ?? 0
        switch outcome {
        case .succeeded:
            // A moving average: an eighth of the way towards every new duration.
            usualDuration += (endedAt - ended.startedAt - usualDuration) / 8
            doneThrough = max(doneThrough ?? ended.key, ended.key)
            waiting = nil
        case .alreadyDone:
            doneThrough = max(doneThrough ?? ended.key, ended.key)
            waiting = nil
        case .failed:
            let delay = configuration.retryDelay(afterFailures: failures + 1)
            waiting = Waiting(key: ended.key, failures: failures + 1, retryAt: endedAt + delay)
        case .lockedElsewhere:
            waiting = Waiting(key: ended.key, failures: failures, retryAt: endedAt + configuration.firstRetryMilliseconds)
        }
    }

    /// When the running run becomes overdue; `nil` when none runs or it has been flagged already.
    func overdueAt(_ configuration: SchedulerConfiguration) -> Int64? {
        guard let running, !running.isOverdue else { return nil }
        return running.startedAt + configuration.overdueFactor * max(usualDuration, configuration.shortestUsualMilliseconds)
    }

    mutating func flagOverdue() {
        running?.isOverdue = true
    }

    func status(now: Int64) -> TaskStatus {
        TaskStatus(
            name: name,
            schedule: schedule,
            lastDueKey: (lastKey ?? doneThrough)?.text,
            lastStartedAtMilliseconds: lastStartedAt,
            lastFinishedAtMilliseconds: lastFinishedAt,
            lastOutcome: lastOutcome,
            nextDueAtMilliseconds: schedule.nextKey(afterSeconds: now.wholeSeconds).dueAtMilliseconds,
            isRunning: running != nil,
            isOverdue: running?.isOverdue ?? false
        )
    }

    /// The due key the catch-up policy picks, whether or not it may start right now.
    private func due(now: Int64) -> DueKey? {
        guard let doneThrough else { return nil }
        let newest = schedule.newestKey(atSeconds: now.wholeSeconds)
        guard newest > doneThrough else { return nil }
        switch catchUp {
        case .everyMissedKey: return schedule.key(after: doneThrough)
        case .newestOnly: return newest
        case .newestWithin(let seconds): return now.wholeSeconds - newest.dueAtSeconds <= seconds ? newest : nil
        }
    }
}

extension Int64 {
    /// Milliseconds as whole seconds, rounded down.
    var wholeSeconds: Int64 { CivilCalendar.floorDivide(self, 1_000) }
}
