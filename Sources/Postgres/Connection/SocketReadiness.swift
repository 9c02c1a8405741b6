import Dispatch
import Synchronization

/// Watches one socket for a connection: always for input, for room to write only when asked. Reports come on the connection's queue.
final class SocketReadiness: Sendable {
    private struct State {
        var id: UInt64?
        var isWatchingWrites = false
        var isCancelled = false
    }

    private let socket: Int32
    private let queue: DispatchQueue
    private let state = Mutex(State())
    private let onReadable: @Sendable () -> Void
    private let onWritable: @Sendable () -> Void

    init(socket: Int32, queue: DispatchQueue, onReadable: @escaping @Sendable () -> Void, onWritable: @escaping @Sendable () -> Void) {
        self.socket = socket
        self.queue = queue
        self.onReadable = onReadable
        self.onWritable = onWritable
        // The connection owns this object and cancels it in the end; until then the poller must not keep it alive.
        let id = SocketPoller.shared.add(socket: socket, for: .readable) { [weak self] events in
            guard let self else { return }
            queue.async { self.report(events) }
        }
        state.withLock { $0.id = id }
        // A socket that cannot be watched is broken: reading tells so.
        if id == nil { queue.async(execute: onReadable) }
    }

    /// Turns the report of room to write on or off.
    func watchWrites(_ isWanted: Bool) {
        state.withLock { state in
            guard isWanted != state.isWatchingWrites else { return }
            state.isWatchingWrites = isWanted
            arm(state)
        }
    }

    /// Ends the watch; `completion` runs on the queue, and may close the descriptor.
    func cancel(then completion: @escaping @Sendable () -> Void) {
        let isFirst = state.withLock { state -> Bool in
            guard !state.isCancelled else { return false }
            state.isCancelled = true
            if let id = state.id { SocketPoller.shared.remove(id, socket: socket) }
            return true
        }
        if isFirst { queue.async(execute: completion) }
    }

    private func report(_ events: SocketPoller.Events) {
        if events.contains(.readable), isWatching { onReadable() }
        if events.contains(.writable), isWatchingWrites { onWritable() }
        state.withLock { arm($0) }
    }

    private var isWatching: Bool { state.withLock { !$0.isCancelled } }
    private var isWatchingWrites: Bool { state.withLock { !$0.isCancelled && $0.isWatchingWrites } }

    private func arm(_ state: State) {
        guard !state.isCancelled, let id = state.id else { return }
        SocketPoller.shared.arm(id, socket: socket, for: state.isWatchingWrites ? [.readable, .writable] : .readable)
    }

    /// Waits once for a socket to become readable or writable; false when the deadline passes first.
    static func wait(for direction: Wire.Progress, socket: Int32, queue: DispatchQueue, deadline: UInt64) async -> Bool {
        await withCheckedContinuation { continuation in
            let waiter = Waiter(socket: socket, continuation: continuation)
            let id = SocketPoller.shared.add(socket: socket, for: direction == .writing ? .writable : .readable) { _ in
                queue.async { waiter.finish(true) }
            }
            guard let id else { return waiter.finish(false) }
            waiter.registered(id)
            queue.asyncAfter(deadline: DispatchTime(uptimeNanoseconds: deadline)) { waiter.finish(false) }
        }
    }
}

/// Who waits once for a socket: answered by whichever comes first, the socket or the deadline.
private final class Waiter: Sendable {
    private struct State {
        var id: UInt64?
        var continuation: CheckedContinuation<Bool, Never>?
    }

    private let socket: Int32
    private let state: Mutex<State>

    init(socket: Int32, continuation: CheckedContinuation<Bool, Never>) {
        self.socket = socket
        state = Mutex(State(continuation: continuation))
    }

    /// Notes the registration; one whose report came first is removed at once.
    func registered(_ id: UInt64) {
        state.withLock { state in
            if state.continuation == nil { SocketPoller.shared.remove(id, socket: socket) } else { state.id = id }
        }
    }

    /// Forgets the socket, then answers: the next step may close the descriptor.
    func finish(_ isReady: Bool) {
        let continuation = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard let continuation = state.continuation else { return nil }
            state.continuation = nil
            if let id = state.id { SocketPoller.shared.remove(id, socket: socket) }
            return continuation
        }
        continuation?.resume(returning: isReady)
    }
}
