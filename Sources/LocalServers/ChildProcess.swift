import Foundation
import Glibc
import Synchronization

/// A running child. It ends with this process at the latest, also when this process is killed.
public final class ChildProcess: Sendable {
    /// The process id of the program.
    public let pid: Int32

    private enum State {
        case running(waiters: [CheckedContinuation<ExitStatus, Never>])
        case ended(ExitStatus)
    }

    private let state = Mutex<State>(.running(waiters: []))

    private init(pid: Int32) { self.pid = pid }

    /// Starts `command` in a process group of its own, so that a terminal's Ctrl-C reaches the parent alone and the parent decides the order.
    public static func start(_ command: Command) async throws -> ChildProcess {
        let setpriv = try Programs.setpriv()
        guard SystemCall.isExecutable(command.program) else {
            throw LocalServerError.system(call: "exec", path: command.program, code: ENOENT)
        }
        let pid = try await SpawningThread.shared.run { try Spawn.start(command, setpriv: setpriv, output: nil) }
        return adopt(pid: pid)
    }

    /// A handle for a process this one has started; from here on it is reaped here.
    static func adopt(pid: Int32) -> ChildProcess {
        let child = ChildProcess(pid: pid)
        let thread = Thread { child.reap() }
        thread.stackSize = 128 << 10
        thread.start()
        return child
    }

    /// False once the process has ended.
    public var isRunning: Bool {
        state.withLock { if case .running = $0 { true } else { false } }
    }

    /// Sends a signal unless the process has ended. Its id cannot have passed to a stranger: reaping happens under the same lock.
    public func signal(_ number: Int32) {
        state.withLock { if case .running = $0 { kill(pid, number) } }
    }

    /// Waits for the end of the process.
    public func exitStatus() async -> ExitStatus {
        await withCheckedContinuation { continuation in
            let status: ExitStatus? = state.withLock { state in
                switch state {
                case .ended(let status): return status
                case .running(let waiters):
                    state = .running(waiters: waiters + [continuation])
                    return nil
                }
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    /// Asks with `number` (SIGTERM where nil), and after `grace` insists with SIGKILL.
    @discardableResult
    public func stop(signal number: Int32? = nil, grace: Duration) async -> ExitStatus {
        signal(number ?? SIGTERM)
        let insistence = Task {
            try await Task.sleep(for: grace)
            self.signal(SIGKILL)
        }
        defer { insistence.cancel() }
        return await exitStatus()
    }

    private func reap() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let (status, waiters) = state.withLock { state in
            var word: Int32 = 0
            waitpid(pid, &word, 0)
            let status = ExitStatus(waitStatus: word)
            defer { state = .ended(status) }
            guard case .running(let waiters) = state else { return (status, [CheckedContinuation<ExitStatus, Never>]()) }
            return (status, waiters)
        }
        for waiter in waiters { waiter.resume(returning: status) }
    }
}
