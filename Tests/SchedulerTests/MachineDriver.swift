import Scheduler
import Testing

/// Plays the world around a machine: answers its questions at once and collects what it wants started.
struct MachineDriver {
    var machine: SchedulerMachine
    var now: Int64
    var histories: [String: TaskHistory]? = [:]
    var canLead = true
    var stillHeld = true
    /// Every action except starts, since the last look.
    var asked: [SchedulerMachine.Action] = []
    /// Every start, since the last look.
    var started: [SchedulerMachine.Action] = []

    init(_ tasks: [ScheduledTask], at now: Int64, configuration: SchedulerConfiguration = SchedulerConfiguration()) {
        machine = SchedulerMachine(tasks: tasks, configuration: configuration)
        self.now = now
    }

    mutating func send(_ event: SchedulerMachine.Event) {
        for action in machine.handle(event, at: now) {
            switch action {
            case .start: started.append(action)
            default: asked.append(action)
            }
            switch action {
            case .tryLeadership: send(.leadershipAnswered(canLead))
            case .checkLeadership: send(.leadershipChecked(stillHeld: stillHeld))
            case .readLedger: send(.ledgerRead(histories))
            default: break
            }
        }
    }

    /// Moves time and rings.
    mutating func tick(at time: Int64? = nil) {
        now = time ?? now
        send(.tick)
    }

    mutating func finish(_ task: String, _ outcome: TaskOutcome = .succeeded, after milliseconds: Int64 = 0) {
        now += milliseconds
        send(.finished(task: task, outcome, atMilliseconds: now))
    }

    /// The keys started since the last look, as `task key`, with ` #n` for later attempts.
    mutating func takeStarted() -> [String] {
        defer { started = [] }
        return started.compactMap {
            guard case .start(let task, let key, let attempt) = $0 else { return nil }
            return "\(task) \(key)" + (attempt == 1 ? "" : " #\(attempt)")
        }
    }

    mutating func takeAsked() -> [SchedulerMachine.Action] {
        defer { asked = [] }
        return asked
    }
}

/// A task without work, for machines.
func task(
    _ name: String,
    _ schedule: Schedule,
    _ catchUp: CatchUp = .newestOnly,
    usually milliseconds: Int64 = 10_000
) -> ScheduledTask {
    ScheduledTask(name, schedule, catchUp: catchUp, usualDurationMilliseconds: milliseconds) { _, _ in }
}
