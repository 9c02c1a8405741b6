import CEpoll
import Dispatch
import Glibc
import Synchronization

/// One thread on which all connections of the process live: it waits for their sockets (epoll(7)) and runs what is to be done with them.
///
/// Requests that come while the loop is busy are sent together, and a request costs one change of thread each way. Nothing that runs here
/// may block. Dispatch's queues and sources are not used: every hop between queues woke a thread, and two sources on one descriptor, one of
/// which is suspended and resumed, were seen to leave the descriptor disarmed for good under load.
final class SocketLoop: SerialExecutor {
    /// What a socket has become.
    struct Events: OptionSet {
        let rawValue: UInt32
        static let readable = Events(rawValue: EPOLLIN.rawValue)
        static let writable = Events(rawValue: EPOLLOUT.rawValue)
    }

    typealias Handler = @Sendable (Events) -> Void

    private enum Work {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private struct Inbox {
        var work: [Work] = []
        /// Whether the loop will look here again before it sleeps.
        var isAwake = true
    }

    private struct Handlers {
        var lastID: UInt64 = SocketLoop.alarmID
        var byID: [UInt64: Handler] = [:]
    }

    static let shared = SocketLoop()

    private static let alarmID: UInt64 = 0
    private let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    /// Wakes the thread from its sleep. Edge-triggered, so that nobody has to read it.
    private let alarm = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    private let inbox = Mutex(Inbox())
    private let handlers = Mutex(Handlers())
    private let thread = Atomic<UInt>(0)

    private init() {
        _ = control(EPOLL_CTL_ADD, Self.alarmID, alarm, EPOLLIN.rawValue | EPOLLET.rawValue)
        var thread = pthread_t()
        // The loop lives as long as the process, so the thread may hold it without a count.
        let context = Unmanaged.passUnretained(self).toOpaque()
        pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<SocketLoop>.fromOpaque(context).takeUnretainedValue().run()
                return nil
            },
            context
        )
        pthread_detach(thread)
    }

    // MARK: Work

    /// Runs something on the loop, soon.
    func execute(_ closure: @escaping @Sendable () -> Void) { append(.closure(closure)) }

    /// Runs something on the loop at an instant of uptime, in nanoseconds.
    func execute(at deadline: UInt64, _ closure: @escaping @Sendable () -> Void) {
        DispatchQueue.global().asyncAfter(deadline: DispatchTime(uptimeNanoseconds: deadline)) { self.execute(closure) }
    }

    func enqueue(_ job: consuming ExecutorJob) { append(.job(UnownedJob(job))) }

    func checkIsolated() { precondition(pthread_self() == thread.load(ordering: .relaxed), "not on the loop of the connections") }

    private func append(_ work: Work) {
        let mustWake = inbox.withLock { inbox in
            inbox.work.append(work)
            defer { inbox.isAwake = true }
            return !inbox.isAwake
        }
        if mustWake { eventfd_write(alarm, 1) }
    }

    // MARK: Sockets

    /// Watches a socket for input, and reports until ``remove(_:socket:)``; the handler runs on the loop.
    /// - Returns: what to call the other functions with; nil when the system refuses.
    func add(socket: Int32, _ handler: @escaping Handler) -> UInt64? {
        let id = handlers.withLock { handlers in
            handlers.lastID += 1
            handlers.byID[handlers.lastID] = handler
            return handlers.lastID
        }
        guard control(EPOLL_CTL_ADD, id, socket, EPOLLIN.rawValue) else {
            handlers.withLock { $0.byID[id] = nil }
            return nil
        }
        return id
    }

    /// Sets what a socket is watched for.
    func change(_ id: UInt64, socket: Int32, to events: Events) { _ = control(EPOLL_CTL_MOD, id, socket, events.rawValue) }

    /// Forgets a socket, which must still be open.
    func remove(_ id: UInt64, socket: Int32) {
        _ = control(EPOLL_CTL_DEL, id, socket, 0)
        handlers.withLock { $0.byID[id] = nil }
    }

    private func control(_ operation: Int32, _ id: UInt64, _ socket: Int32, _ events: UInt32) -> Bool {
        var event = epoll_event(events: events, data: epoll_data_t(u64: id))
        return epoll_ctl(descriptor, operation, socket, &event) == 0
    }

    // MARK: The thread

    private func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        var batch: [Work] = []
        while true {
            let maySleep = inbox.withLock { inbox in
                swap(&inbox.work, &batch)
                inbox.isAwake = !batch.isEmpty
                return batch.isEmpty
            }
            for work in batch {
                switch work {
                case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
                case .closure(let closure): closure()
                }
            }
            batch.removeAll(keepingCapacity: true)
            let count = epoll_wait(descriptor, &events, Int32(events.count), maySleep ? -1 : 0)
            if maySleep { inbox.withLock { $0.isAwake = true } }
            for event in events.prefix(max(0, Int(count))) where event.data.u64 != Self.alarmID {
                // One that was removed by an earlier handler of this round is silent.
                let handler = handlers.withLock { $0.byID[event.data.u64] }
                handler?(Self.meaning(of: event.events))
            }
        }
    }

    /// Errors and a closed peer are found out by reading and by writing.
    private static func meaning(of mask: UInt32) -> Events {
        let isBroken = mask & (EPOLLERR.rawValue | EPOLLHUP.rawValue | EPOLLRDHUP.rawValue) != 0
        return isBroken ? [.readable, .writable] : Events(rawValue: mask).intersection([.readable, .writable])
    }
}

/// One connection's socket on the loop: always watched for input, for room to write only when asked.
///
/// It watches a descriptor of its own: libpq closes its socket when a connection breaks, and the number may by then belong to another one.
final class SocketWatch {
    private let id: UInt64
    private let descriptor: Int32
    private var isWatchingWrites = false

    /// `nil` when the system refuses.
    init?(socket: Int32, onEvents: @escaping SocketLoop.Handler) {
        let descriptor = fcntl(socket, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { return nil }
        guard let id = SocketLoop.shared.add(socket: descriptor, onEvents) else {
            close(descriptor)
            return nil
        }
        self.id = id
        self.descriptor = descriptor
    }

    deinit {
        SocketLoop.shared.remove(id, socket: descriptor)
        close(descriptor)
    }

    /// Turns the report of room to write on or off.
    func watchWrites(_ isWanted: Bool) {
        guard isWanted != isWatchingWrites else { return }
        isWatchingWrites = isWanted
        SocketLoop.shared.change(id, socket: descriptor, to: isWanted ? [.readable, .writable] : .readable)
    }
}

/// Nanoseconds of a clock that only moves forward.
func uptimeNanoseconds() -> UInt64 { DispatchTime.now().uptimeNanoseconds }
