import NIOCore
import Synchronization

/// A command encoded but not yet written.
struct QueuedCommand: Sendable {
    let name: StaticString
    var waiter: Waiter?
    /// Identifies the command to a cancellation.
    let token: UInt64
    let timeout: TimeAmount
    let answer: ReplyQueue<PendingCommand>.Answer
}

/// Where callers on any thread leave their commands for a connection's event loop.
///
/// Commands are encoded by the caller, one behind the other into one buffer; the first of a batch wakes the event loop, which takes
/// everything that has gathered by then and writes it at once. Whether commands are taken at all is decided here, so a caller
/// learns without changing threads that the connection is down.
final class CommandInbox: Sendable {
    enum Phase {
        /// The first attempt to connect is under way; commands wait for its outcome.
        case starting
        case ready
        case down
        case closed
    }

    enum Submission {
        case accepted
        /// Accepted, and the event loop must be told.
        case wakeLoop
        case refused(RedisError)
        case cancelled
    }

    /// Those who wait for something that will not come.
    struct Abandoned {
        var commands: [QueuedCommand] = []
        var connecting: [CheckedContinuation<Void, any Error>] = []
    }

    private struct State {
        var phase = Phase.starting
        var commands: [QueuedCommand] = []
        var bytes = ByteBuffer()
        var connecting: [(token: UInt64, continuation: CheckedContinuation<Void, any Error>)] = []
    }

    private let state = Mutex(State())
    private let ready = Atomic(false)
    private let tokens = Atomic<UInt64>(0)

    /// Whether commands are being written.
    var isReady: Bool { ready.load(ordering: .relaxed) }

    /// A number for one command or wait.
    func nextToken() -> UInt64 { tokens.wrappingAdd(1, ordering: .relaxed).newValue }

    /// Leaves a command, or several with one waiter.
    func submit(_ command: QueuedCommand, encode: (inout ByteBuffer) -> Void) -> Submission {
        state.withLock { state in
            // A cancellation that came before this lock has looked for the command in vain; it shows here instead.
            if Task.isCancelled { return .cancelled }
            switch state.phase {
            case .down: return .refused(.unavailable)
            case .closed: return .refused(.closed)
            case .starting, .ready: break
            }
            encode(&state.bytes)
            state.commands.append(command)
            return state.phase == .ready && state.commands.count == 1 ? .wakeLoop : .accepted
        }
    }

    /// Exchanges what has gathered for two empty containers.
    func take(_ commands: inout [QueuedCommand], _ bytes: inout ByteBuffer) {
        state.withLock { state in
            guard state.phase == .ready else { return }
            swap(&state.commands, &commands)
            swap(&state.bytes, &bytes)
        }
    }

    /// Takes the waiter of a command not yet written, or of a connection attempt; false when the token is not here.
    func cancel(_ token: UInt64) -> Bool {
        enum Found {
            case waiter(Waiter)
            case connecting(CheckedContinuation<Void, any Error>)
        }
        let found = state.withLock { state -> Found? in
            if let index = state.commands.firstIndex(where: { $0.token == token }) {
                defer { state.commands[index].waiter = nil }
                return state.commands[index].waiter.map { .waiter($0) }
            }
            if let index = state.connecting.firstIndex(where: { $0.token == token }) {
                return .connecting(state.connecting.remove(at: index).continuation)
            }
            return nil
        }
        switch found {
        case .waiter(let waiter): waiter.cancel()
        case .connecting(let continuation): continuation.resume(throwing: CancellationError())
        case nil: return false
        }
        return true
    }

    /// Waits for the outcome of the attempt to connect under way.
    func awaitConnection(_ continuation: CheckedContinuation<Void, any Error>, token: UInt64) {
        let outcome = state.withLock { state -> Result<Void, any Error>? in
            if Task.isCancelled { return .failure(CancellationError()) }
            switch state.phase {
            case .ready: return .success(())
            case .closed: return .failure(RedisError.closed)
            case .starting, .down:
                state.connecting.append((token, continuation))
                return nil
            }
        }
        if let outcome { continuation.resume(with: outcome) }
    }

    /// Commands are taken from now on.
    func open() {
        let connecting = state.withLock { state in
            guard state.phase != .closed else { return [CheckedContinuation<Void, any Error>]() }
            state.phase = .ready
            ready.store(true, ordering: .relaxed)
            defer { state.connecting = [] }
            return state.connecting.map(\.continuation)
        }
        for continuation in connecting { continuation.resume() }
    }

    /// Commands are refused from now on; those gathered were never sent.
    func shut(_ phase: Phase, reason: RedisError) {
        let abandoned = state.withLock { state in
            guard state.phase != .closed else { return Abandoned() }
            state.phase = phase
            ready.store(false, ordering: .relaxed)
            defer {
                state.commands = []
                state.bytes = ByteBuffer()
                state.connecting = []
            }
            return Abandoned(commands: state.commands, connecting: state.connecting.map(\.continuation))
        }
        for command in abandoned.commands { command.waiter?.fail(with: phase == .closed ? .closed : .unavailable) }
        for continuation in abandoned.connecting { continuation.resume(throwing: reason) }
    }
}
