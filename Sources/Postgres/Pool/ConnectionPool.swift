import Dispatch
import Logging
import Synchronization

extension Session: PooledConnection {}

/// Carries out what ``PoolState`` decides: makes connections, resumes waiters, keeps the timers.
final class ConnectionPool: Sendable {
    typealias Waiter = CheckedContinuation<Session, any Error>
    typealias State = PoolState<Session, Waiter>

    private struct Locked {
        var state: State
        var backoff: Backoff
        var nextWaiter = 0
        var isTimerArmed = false
    }

    private let locked: Mutex<Locked>
    private let keywords: [(String, String)]
    private let limits: Session.Limits
    private let acquireTimeout: UInt64
    private let timers = DispatchQueue(label: "postgres.pool")
    private let logger: Logger
    private let onChange: @Sendable (_ size: Int, _ free: Int, _ waiters: Int) -> Void

    /// - Parameter onChange: told the pool's statistics after each change.
    init(
        _ configuration: PostgresConfiguration,
        mode: State.Mode,
        logger: Logger,
        onChange: @escaping @Sendable (_ size: Int, _ free: Int, _ waiters: Int) -> Void
    ) {
        let size = mode == .lending ? configuration.poolSize : configuration.readConnections...configuration.readConnections
        let least = max(size.lowerBound, mode == .lending ? 0 : 1)
        let state = State(mode: mode, size: least...max(size.upperBound, least, 1), idleTimeout: configuration.idleTimeout.wholeNanoseconds)
        locked = Mutex(Locked(state: state, backoff: Backoff(configuration.reconnectDelay)))
        keywords = configuration.keywords(isReadOnly: mode == .sharing)
        let silence = configuration.statementTimeout + configuration.responseGrace
        limits = Session.Limits(
            connectTimeout: configuration.connectTimeout.wholeNanoseconds,
            silence: configuration.statementTimeout > .zero ? silence.wholeNanoseconds : 0,
            statementCacheCapacity: configuration.statementCacheCapacity
        )
        acquireTimeout = configuration.acquireTimeout.wholeNanoseconds
        self.logger = logger
        self.onChange = onChange
    }

    var statistics: (size: Int, free: Int, waiters: Int) { locked.withLock { $0.state.statistics } }

    /// Starts keeping the minimum of connections.
    func start() { perform(locked.withLock { $0.state.start() }) }

    /// Refuses further work. Connections that are lent are closed when they come back.
    func close() { perform(locked.withLock { $0.state.close() }) }

    /// A connection: to be given back by ``release(_:)`` when the pool lends, to be used alongside others when it shares.
    nonisolated(nonsending) func acquire() async throws -> Session {
        let now = uptimeNanoseconds()
        switch locked.withLock({ $0.state.acquire(now: now) }) {
        case .connection(let session):
            return session
        case .refuse(let error): throw error
        case .wait: return try await wait()
        }
    }

    private nonisolated(nonsending) func wait() async throws -> Session {
        try Task.checkCancellation()
        let id = locked.withLock { locked in
            locked.nextWaiter += 1
            return locked.nextWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let now = uptimeNanoseconds()
                perform(locked.withLock { $0.state.enqueue(waiter, id: id, deadline: now + acquireTimeout, now: now) })
                armTimer()
                // A cancellation before this point found no waiter to remove.
                if Task.isCancelled { cancelWaiter(id) }
            }
        } onCancel: {
            cancelWaiter(id)
        }
    }

    private func cancelWaiter(_ id: Int) {
        locked.withLock { $0.state.cancel(id: id) }?.resume(throwing: CancellationError())
    }

    /// Gives a lent connection back. A closed one is replaced.
    func release(_ session: Session) {
        let now = uptimeNanoseconds()
        perform(locked.withLock { $0.state.release(session, now: now) })
    }

    // MARK: Actions

    private func perform(_ actions: State.Actions) {
        for (waiter, session) in actions.grants { waiter.resume(returning: session) }
        for (waiter, error) in actions.refusals { waiter.resume(throwing: error) }
        for session in actions.closes { Task { await session.close(.closed) } }
        for _ in 0..<actions.connects { Task { await connect() } }
        if actions.schedulesRetry { scheduleRetry() }
        let (size, free, waiters) = statistics
        onChange(size, free, waiters)
    }

    private func connect() async {
        let session = Session(limits: limits) { [weak self] session in
            guard let self else { return }
            perform(locked.withLock { $0.state.lost(session) })
        }
        do {
            try await session.connect(keywords)
            let now = uptimeNanoseconds()
            let (actions, wasDown) = locked.withLock { locked in
                locked.backoff.reset()
                let wasDown = locked.state.isDown
                return (locked.state.connected(session, now: now), wasDown)
            }
            if wasDown { logger.info("database connection restored") }
            perform(actions)
        } catch {
            let (actions, wasDown) = locked.withLock { locked in
                let wasDown = locked.state.isDown
                return (locked.state.connectFailed(), wasDown)
            }
            if !wasDown { logger.warning("database connection failed", metadata: ["reason": "\(error.message)"]) }
            perform(actions)
        }
    }

    private func scheduleRetry() {
        let delay = locked.withLock { $0.backoff.delay(jitter: .random(in: 0...1)) }
        timers.asyncAfter(deadline: DispatchTime(uptimeNanoseconds: uptimeNanoseconds() + delay.wholeNanoseconds)) { [weak self] in
            guard let self else { return }
            perform(locked.withLock { $0.state.retry() })
        }
    }

    /// One timer serves all waiters: they all wait equally long, so the first to come is the first to expire.
    private func armTimer() {
        let deadline = locked.withLock { locked -> UInt64? in
            guard !locked.isTimerArmed, let deadline = locked.state.nextDeadline else { return nil }
            locked.isTimerArmed = true
            return deadline
        }
        guard let deadline else { return }
        timers.asyncAfter(deadline: DispatchTime(uptimeNanoseconds: deadline)) { [weak self] in
            guard let self else { return }
            let actions = locked.withLock { locked in
                locked.isTimerArmed = false
                return locked.state.expire(now: uptimeNanoseconds())
            }
            perform(actions)
            armTimer()
        }
    }
}
