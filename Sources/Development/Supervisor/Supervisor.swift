public import LocalServers

/// Performs what a ``SupervisorMachine`` decides.
public actor Supervisor {
    /// How one role is started and asked to end.
    public struct Service: Sendable {
        /// Starts the process and returns it once it is useful.
        public var launch: @Sendable () async throws -> ChildProcess
        /// Ends the process, by force after the time.
        public var terminate: @Sendable (ChildProcess, Duration) async -> Void

        /// A service that ends by SIGTERM.
        public init(
            launch: @escaping @Sendable () async throws -> ChildProcess,
            terminate: @escaping @Sendable (ChildProcess, Duration) async -> Void = { await $0.stop(grace: $1) }
        ) {
            self.launch = launch
            self.terminate = terminate
        }
    }

    private let report: @Sendable (String) -> Void
    private let publish: @Sendable ([Role: Int32]) -> Void
    private let origin = ContinuousClock.now
    private var machine = SupervisorMachine()
    private var services: [Role: Service] = [:]
    private var processes: [Role: ChildProcess] = [:]
    private var launches: [Role: Task<Void, Never>] = [:]
    private var isFinished = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - report: receives lines for the operator.
    ///   - publish: receives the process ids whenever they change.
    public init(report: @escaping @Sendable (String) -> Void, publish: @escaping @Sendable ([Role: Int32]) -> Void) {
        self.report = report
        self.publish = publish
    }

    /// Launches a role for the first time and looks after it from then on.
    ///
    /// - Throws: what the launch throws; the role is not looked after then.
    public func start(_ role: Role, _ service: Service) async throws {
        let process = try await service.launch()
        services[role] = service
        watch(role, process)
        perform(machine.adopt(role, pid: process.pid, now: now))
    }

    /// Ends everything in order and returns when all have ended.
    public func stop() async {
        handle(.stop)
        for launch in launches.values { launch.cancel() }
        guard !isFinished else { return }
        await withCheckedContinuation { waiters.append($0) }
    }

    /// Kills everything at once.
    public func kill(signal: Int32) {
        for process in processes.values { process.signal(signal) }
    }

    private var now: Duration { origin.duration(to: .now) }

    private func handle(_ event: SupervisorMachine.Event) { perform(machine.handle(event, now: now)) }

    private func perform(_ actions: [SupervisorMachine.Action]) {
        for action in actions {
            switch action {
            case .launch(let role): launch(role)
            case .wait(let role, let duration):
                Task {
                    try? await Task.sleep(for: duration)
                    handle(.waited(role))
                }
            case .terminate(let role, let grace): terminate(role, grace: grace)
            case .publish: publish(machine.pids)
            case .report(let line): report(line)
            case .finished:
                isFinished = true
                for waiter in waiters { waiter.resume() }
                waiters = []
            }
        }
    }

    private func launch(_ role: Role) {
        guard let service = services[role] else { return }
        launches[role] = Task {
            defer { launches[role] = nil }
            do {
                let process = try await service.launch()
                watch(role, process)
                handle(.launched(role, pid: process.pid))
            } catch {
                handle(.launchFailed(role, "\(role.rawValue) did not start: \(error)"))
            }
        }
    }

    private func terminate(_ role: Role, grace: Duration) {
        guard let process = processes[role], let service = services[role] else { return }
        Task { await service.terminate(process, grace) }
    }

    private func watch(_ role: Role, _ process: ChildProcess) {
        processes[role] = process
        Task {
            let status = await process.exitStatus()
            handle(.ended(role, status))
        }
    }
}
