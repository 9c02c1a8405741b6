public import LocalServers

/// Decides what a supervisor does when something happens: restarts what dies, and ends everything in order when asked to.
///
/// A pure value: times are durations since any fixed moment, and every effect is an ``Action`` for the caller to perform.
public struct SupervisorMachine: Sendable {
    /// What happened.
    public enum Event: Equatable, Sendable {
        /// A launch succeeded.
        case launched(Role, pid: Int32)
        /// A launch failed with this text.
        case launchFailed(Role, String)
        /// A process ended.
        case ended(Role, ExitStatus)
        /// The wait of ``Action/wait(_:_:)`` is over.
        case waited(Role)
        /// Everything shall end.
        case stop
    }

    /// What to do.
    public enum Action: Equatable, Sendable {
        /// Start the process of a role, then report ``Event/launched(_:pid:)`` or ``Event/launchFailed(_:_:)``.
        case launch(Role)
        /// Report ``Event/waited(_:)`` after this time.
        case wait(Role, Duration)
        /// Ask the process to end, kill it after the time; its end is reported as usual.
        case terminate(Role, grace: Duration)
        /// The set of process ids changed.
        case publish
        /// Tell the operator.
        case report(String)
        /// Everything has ended.
        case finished
    }

    private enum State: Equatable {
        case launching
        case running(pid: Int32, since: Duration)
        case terminating
        case waiting
        case down
    }

    private var states: [Role: State] = [:]
    private var backoffs: [Role: RestartBackoff] = [:]
    private var isStopping = false
    private var isFinished = false

    /// A machine that looks after nothing yet.
    public init() {}

    /// Process ids of what runs.
    public var pids: [Role: Int32] {
        states.compactMapValues { if case .running(let pid, _) = $0 { pid } else { nil } }
    }

    /// Starts looking after a role whose process has been launched already.
    public mutating func adopt(_ role: Role, pid: Int32, now: Duration) -> [Action] {
        states[role] = .running(pid: pid, since: now)
        return isStopping ? stopNext() : [.publish]
    }

    /// Handles an event that happened at `now`.
    public mutating func handle(_ event: Event, now: Duration) -> [Action] {
        switch event {
        case .launched(let role, let pid): adopt(role, pid: pid, now: now)
        case .launchFailed(let role, let reason): again(role, after: .zero, because: reason)
        case .ended(let role, let status): ended(role, status, now: now)
        case .waited(let role): waited(role)
        case .stop: stop()
        }
    }

    private mutating func ended(_ role: Role, _ status: ExitStatus, now: Duration) -> [Action] {
        guard case .running(_, let since) = states[role] else {
            states[role] = .down
            return isStopping ? stopNext() : []
        }
        return again(role, after: now - since, because: "\(role.rawValue) \(status)")
    }

    private mutating func again(_ role: Role, after length: Duration, because reason: String) -> [Action] {
        guard !isStopping else {
            states[role] = .down
            return stopNext()
        }
        states[role] = .waiting
        let delay = backoffs[role, default: RestartBackoff()].delay(afterRunOf: length)
        return [.report("\(reason); starting it again"), .publish, .wait(role, delay)]
    }

    private mutating func waited(_ role: Role) -> [Action] {
        guard !isStopping, states[role] == .waiting else { return [] }
        states[role] = .launching
        return [.launch(role)]
    }

    private mutating func stop() -> [Action] {
        guard !isStopping else { return [] }
        isStopping = true
        for (role, state) in states where state == .waiting { states[role] = .down }
        return stopNext()
    }

    /// Asks every role to end whose predecessors have ended.
    private mutating func stopNext() -> [Action] {
        var actions: [Action] = []
        for role in Role.allCases.sorted() {
            guard case .running = states[role], role.endsAfter.allSatisfy({ isDown($0) }) else { continue }
            states[role] = .terminating
            actions.append(.terminate(role, grace: role.grace))
        }
        if Role.allCases.allSatisfy(isDown), !isFinished {
            isFinished = true
            actions.append(.finished)
        }
        return actions
    }

    private func isDown(_ role: Role) -> Bool { states[role, default: .down] == .down }
}
