/// Runs a task once, under its lock and with its start and end in the ledger.
struct TaskRunner: Sendable {
    let ledger: any TaskLedger
    let locks: any TaskLocks
    let clock: any SchedulerClock

    /// How a run ended, and when, in Unix milliseconds.
    struct End: Sendable {
        let outcome: TaskOutcome
        let atMilliseconds: Int64
    }

    /// Runs `task` for `key`. A run that is not manual does nothing when the ledger already holds the key as done, which another leader
    /// may have recorded since this one looked.
    func run(_ task: ScheduledTask, key: DueKey, isManual: Bool) async -> End {
        do {
            let end = try await locks.withLock(task: task.name) { () async throws -> End in
                if !isManual, try await isDone(task, key) { return endNow(.alreadyDone) }
                return try await runLocked(task, key: key, isManual: isManual)
            }
            return end ?? endNow(.lockedElsewhere)
        } catch {
            return endNow(.failure(error))
        }
    }

    private func endNow(_ outcome: TaskOutcome) -> End {
        End(outcome: outcome, atMilliseconds: clock.nowMilliseconds)
    }

    private func isDone(_ task: ScheduledTask, _ key: DueKey) async throws -> Bool {
        let text = try await ledger.histories(of: [task.name])[task.name]?.lastSuccessfulKey
        return text.flatMap { task.schedule.key(named: $0) }.map { $0 >= key } ?? false
    }

    private func runLocked(_ task: ScheduledTask, key: DueKey, isManual: Bool) async throws -> End {
        let run = TaskRun(task: task.name, key: key, startedAtMilliseconds: clock.nowMilliseconds, isManual: isManual)
        try await ledger.recordStart(run)
        let end: End
        do {
            try await task.body(key, run.startedAtMilliseconds)
            end = endNow(.succeeded)
        } catch {
            end = endNow(.failure(error))
        }
        // The end is recorded also when this task has been cancelled meanwhile. A success that cannot be recorded is a failure: the
        // ledger decides what is due, and running the key again is harmless.
        try await Task { try await ledger.recordEnd(run, outcome: end.outcome, atMilliseconds: end.atMilliseconds) }.value
        return end
    }
}
