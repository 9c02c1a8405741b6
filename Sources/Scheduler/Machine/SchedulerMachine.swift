/// Who leads, what is due, what runs: the scheduler's decisions as a value without I/O, clock or randomness (spec 11 §7).
///
/// Feed it events with the current time; perform the actions it returns and report their results as further events; call it again with
/// ``Event/tick`` at ``nextWakeUp(after:)``. At most one of ``Action/tryLeadership``, ``Action/checkLeadership`` and
/// ``Action/readLedger`` is unanswered at any time.
public struct SchedulerMachine: Sendable {
    /// Something that happened.
    public enum Event: Sendable {
        /// Time passed.
        case tick
        /// The answer to ``Action/tryLeadership``.
        case leadershipAnswered(Bool)
        /// The answer to ``Action/checkLeadership``.
        case leadershipChecked(stillHeld: Bool)
        /// The answer to ``Action/readLedger``; `nil` when the ledger could not be read.
        case ledgerRead([String: TaskHistory]?)
        /// A started run ended at a time in Unix milliseconds, which may be a little before the event arrives.
        case finished(task: String, TaskOutcome, atMilliseconds: Int64)
    }

    /// Something to do.
    public enum Action: Hashable, Sendable {
        /// Try to become the leader.
        case tryLeadership
        /// Verify that leadership is still held.
        case checkLeadership
        /// Read the histories of all tasks.
        case readLedger
        /// Start a task for a key; `attempt` counts from 1 for each key.
        case start(task: String, key: DueKey, attempt: Int)
        /// A run has taken too long: tell somebody. It is left running.
        case flagOverdue(task: String, key: DueKey, runningForMilliseconds: Int64)
        /// This process became the leader.
        case announceLeadership
        /// This process lost leadership. Runs in progress go on; nothing new starts.
        case announceLoss
    }

    private enum Role: Sendable {
        case follower(nextAttemptAt: Int64)
        case acquiring
        case leader(Duty)
    }

    /// What the leader is waiting for.
    private enum Duty: Sendable {
        case nothing, check, ledger
    }

    private let configuration: SchedulerConfiguration
    private var role = Role.follower(nextAttemptAt: .min)
    private var nextLedgerReadAt = Int64.min
    /// Nothing starts before the first complete reading after gaining leadership.
    private var knowsLedger = false
    private var tasks: [TaskProgress] = []

    /// A machine for these tasks; of two tasks with the same name the first counts.
    public init(tasks: [ScheduledTask], configuration: SchedulerConfiguration = SchedulerConfiguration()) {
        self.configuration = configuration
        for task in tasks where !self.tasks.contains(where: { $0.name == task.name }) {
            self.tasks.append(TaskProgress(task))
        }
    }

    /// Whether this process believes to be the leader.
    public var isLeader: Bool {
        if case .leader = role { true } else { false }
    }

    /// What is known of each task, in the order given.
    public func statuses(at now: Int64) -> [TaskStatus] {
        tasks.map { $0.status(now: now) }
    }

    /// Takes an event at `now`, in Unix milliseconds, and decides what to do.
    public mutating func handle(_ event: Event, at now: Int64) -> [Action] {
        var actions: [Action] = []
        switch event {
        case .tick: break
        case .leadershipAnswered(let acquired): leadershipAnswered(acquired, now, &actions)
        case .leadershipChecked(let stillHeld): leadershipChecked(stillHeld, now, &actions)
        case .ledgerRead(let histories): ledgerRead(histories, now)
        case .finished(let task, let outcome, let endedAt):
            if let index = tasks.firstIndex(where: { $0.name == task }) {
                tasks[index].finish(outcome, at: endedAt, configuration: configuration)
            }
        }
        flagOverdue(now, &actions)
        proceed(now, &actions)
        return actions
    }

    /// The next time at which a tick can lead to an action, in Unix milliseconds; `nil` when only an answer can.
    public func nextWakeUp(after now: Int64) -> Int64? {
        let overdue = tasks.compactMap { $0.overdueAt(configuration) }
        switch role {
        case .follower(let nextAttemptAt): return (overdue + [nextAttemptAt]).min()
        case .leader(.nothing):
            let changes = knowsLedger ? tasks.compactMap { $0.nextChange(now: now) } : []
            return (overdue + changes + [nextLedgerReadAt]).min()
        case .acquiring, .leader: return overdue.min()
        }
    }
}

extension SchedulerMachine {
    private mutating func leadershipAnswered(_ acquired: Bool, _ now: Int64, _ actions: inout [Action]) {
        guard case .acquiring = role else { return }
        guard acquired else {
            role = .follower(nextAttemptAt: now + configuration.leadershipRetryMilliseconds)
            return
        }
        role = .leader(.nothing)
        knowsLedger = false
        nextLedgerReadAt = now
        actions.append(.announceLeadership)
    }

    private mutating func leadershipChecked(_ stillHeld: Bool, _ now: Int64, _ actions: inout [Action]) {
        guard case .leader(.check) = role else { return }
        guard stillHeld else {
            role = .follower(nextAttemptAt: now + configuration.leadershipRetryMilliseconds)
            knowsLedger = false
            actions.append(.announceLoss)
            return
        }
        role = .leader(.nothing)
        // A check vouches for one step only: the ledger, or the start of one task.
        if nextLedgerReadAt <= now {
            role = .leader(.ledger)
            actions.append(.readLedger)
        } else if let (index, key, attempt) = startable(now) {
            tasks[index].start(key, now: now)
            actions.append(.start(task: tasks[index].name, key: key, attempt: attempt))
        }
    }

    private mutating func ledgerRead(_ histories: [String: TaskHistory]?, _ now: Int64) {
        guard case .leader(.ledger) = role else { return }
        role = .leader(.nothing)
        guard let histories else {
            nextLedgerReadAt = now + configuration.leadershipRetryMilliseconds
            return
        }
        for index in tasks.indices {
            tasks[index].learn(histories[tasks[index].name], now: now)
        }
        knowsLedger = true
        nextLedgerReadAt = now + configuration.ledgerIntervalMilliseconds
    }

    private mutating func flagOverdue(_ now: Int64, _ actions: inout [Action]) {
        for index in tasks.indices {
            guard let overdueAt = tasks[index].overdueAt(configuration), overdueAt <= now, let running = tasks[index].running else {
                continue
            }
            tasks[index].flagOverdue()
            let runningFor = now - running.startedAt
            actions.append(.flagOverdue(task: tasks[index].name, key: running.key, runningForMilliseconds: runningFor))
        }
    }

    /// Asks for whatever the next step needs, when nothing else is being waited for.
    private mutating func proceed(_ now: Int64, _ actions: inout [Action]) {
        switch role {
        case .follower(let nextAttemptAt) where nextAttemptAt <= now:
            role = .acquiring
            actions.append(.tryLeadership)
        case .leader(.nothing) where nextLedgerReadAt <= now || (knowsLedger && startable(now) != nil):
            role = .leader(.check)
            actions.append(.checkLeadership)
        case .follower, .acquiring, .leader: break
        }
    }

    /// The task that has been due for longest among those that may start.
    private func startable(_ now: Int64) -> (index: Int, key: DueKey, attempt: Int)? {
        var chosen: (index: Int, key: DueKey, attempt: Int)?
        for (index, task) in tasks.enumerated() {
            guard let (key, attempt) = task.startable(now: now) else { continue }
            if let current = chosen, current.key <= key { continue }
            chosen = (index, key, attempt)
        }
        return chosen
    }
}
