import CEpoll
import Glibc
import Synchronization

/// One thread that waits for all sockets of this process's connections (epoll(7)).
///
/// Every registration is one-shot: after a report the descriptor stays silent until it is armed again, so that a slow handler is not
/// reported to in a loop. Dispatch's own sources are not used for this: two of them on one descriptor, one of which is suspended and
/// resumed, were seen to leave the descriptor disarmed for good under load.
final class SocketPoller: Sendable {
    /// What a socket is watched for, or has become.
    struct Events: OptionSet {
        let rawValue: UInt32
        static let readable = Events(rawValue: EPOLLIN.rawValue)
        static let writable = Events(rawValue: EPOLLOUT.rawValue)
        static let oneShot = Events(rawValue: 1 << 30)
    }

    typealias Handler = @Sendable (Events) -> Void

    static let shared = SocketPoller()

    private struct State {
        var lastID: UInt64 = 0
        var handlers: [UInt64: Handler] = [:]
    }

    private let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    private let state = Mutex(State())

    private init() {
        var thread = pthread_t()
        // The poller lives as long as the process, so the thread may hold it without a count.
        let context = Unmanaged.passUnretained(self).toOpaque()
        pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<SocketPoller>.fromOpaque(context).takeUnretainedValue().loop()
                return nil
            },
            context
        )
        pthread_detach(thread)
    }

    /// Starts to watch a socket once; the handler is called on the poller's thread and must return at once.
    /// - Returns: what to call ``arm(_:socket:for:)`` and ``remove(_:socket:)`` with; nil when the system refuses.
    func add(socket: Int32, for events: Events, _ handler: @escaping Handler) -> UInt64? {
        let id = state.withLock { state in
            state.lastID += 1
            state.handlers[state.lastID] = handler
            return state.lastID
        }
        guard control(EPOLL_CTL_ADD, id, socket, events) else {
            state.withLock { $0.handlers[id] = nil }
            return nil
        }
        return id
    }

    /// Watches a registered socket once more.
    @discardableResult
    func arm(_ id: UInt64, socket: Int32, for events: Events) -> Bool { control(EPOLL_CTL_MOD, id, socket, events) }

    /// Forgets a socket, which may then be closed. A report already on its way may still reach the handler.
    func remove(_ id: UInt64, socket: Int32) {
        _ = control(EPOLL_CTL_DEL, id, socket, [])
        state.withLock { $0.handlers[id] = nil }
    }

    private func control(_ operation: Int32, _ id: UInt64, _ socket: Int32, _ events: Events) -> Bool {
        var event = epoll_event(events: events.union(.oneShot).rawValue, data: epoll_data_t(u64: id))
        return epoll_ctl(descriptor, operation, socket, &event) == 0
    }

    private func loop() {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let count = epoll_wait(descriptor, &events, Int32(events.count), -1)
            guard count >= 0 else {
                if errno == EINTR { continue }
                return
            }
            for event in events.prefix(Int(count)) {
                let handler = state.withLock { $0.handlers[event.data.u64] }
                handler?(Self.meaning(of: event.events))
            }
        }
    }

    /// Errors and a closed peer are found out by reading and by writing.
    private static func meaning(of mask: UInt32) -> Events {
        let events = Events(rawValue: mask).intersection([.readable, .writable])
        let isBroken = mask & (EPOLLERR.rawValue | EPOLLHUP.rawValue | EPOLLRDHUP.rawValue) != 0
        return isBroken ? [.readable, .writable] : events
    }
}
