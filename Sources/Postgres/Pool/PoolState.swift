import DequeModule

/// What the pool needs to know of a connection.
protocol PooledConnection: AnyObject {
    /// Whether the connection takes requests.
    var isOpen: Bool { get }
    /// Requests it has not answered yet.
    var load: Int { get }
    /// Whether it has owed an answer for longer than short statements take, at an instant of uptime in nanoseconds.
    func isSlow(at now: UInt64) -> Bool
}

/// Who has which connection, who waits, and how many connections are wanted. A pure value: events go in, actions come out.
///
/// A lending pool gives a connection to one borrower at a time. A sharing pool keeps its connections and sends callers to the first that has
/// room and is not busy with something long: requests that travel together cost both sides fewer changes of process than the same
/// number spread over connections. Waiters are served in the order of their arrival.
struct PoolState<Connection: PooledConnection, Waiter> {
    /// How connections are given out.
    enum Mode { case lending, sharing }

    /// What a caller gets.
    enum Grant {
        case connection(Connection)
        case wait
        case refuse(PostgresError)
    }

    /// What the owner has to do after an event.
    struct Actions {
        /// Connections to start making.
        var connects = 0
        /// Waiters to serve.
        var grants: [(Waiter, Connection)] = []
        /// Waiters to turn away, and why.
        var refusals: [(Waiter, PostgresError)] = []
        /// Connections to close.
        var closes: [Connection] = []
        /// Whether `retry()` is to be called after the next back-off delay.
        var schedulesRetry = false
    }

    private struct Waiting {
        let id: Int
        let waiter: Waiter
        /// Uptime in nanoseconds.
        let deadline: UInt64
    }

    /// Requests beyond which a shared connection has no room while another has: a group at the server and the next one gathering.
    private static var room: Int { 32 }

    private let mode: Mode
    private let size: ClosedRange<Int>
    private let idleTimeout: UInt64
    /// Free connections, longest unused first.
    private var idle = Deque<(connection: Connection, since: UInt64)>()
    private var waiters = Deque<Waiting>()
    private var leased = 0
    private var connecting = 0
    private var turn = 0
    /// The last attempt to connect failed and none has succeeded since.
    private(set) var isDown = false
    private var isRetryScheduled = false
    private(set) var isClosed = false

    /// - Parameters:
    ///   - size: connections kept and connections allowed.
    ///   - idleTimeout: nanoseconds after which a free connection above the minimum is closed.
    init(mode: Mode, size: ClosedRange<Int>, idleTimeout: UInt64) {
        self.mode = mode
        self.size = size
        self.idleTimeout = idleTimeout
    }

    var statistics: (size: Int, free: Int, waiters: Int) { (idle.count + leased, idle.count, waiters.count) }

    /// When the first waiter's patience ends.
    var nextDeadline: UInt64? { waiters.first?.deadline }

    // MARK: Callers

    /// Asks for a connection. `.wait` means: call ``enqueue(_:id:deadline:now:)``.
    mutating func acquire(now: UInt64) -> Grant {
        if isClosed { return .refuse(.closed) }
        switch mode {
        case .sharing:
            if let connection = firstWithRoom(now: now) ?? leastLoaded() { return .connection(connection) }
        case .lending:
            // Whoever waits already comes first.
            while waiters.isEmpty, let last = idle.popLast() {
                guard last.connection.isOpen else { continue }
                leased += 1
                return .connection(last.connection)
            }
        }
        // While others hold connections one of them will come back; otherwise waiting is futile until the server is.
        if isDown, leased == 0, idle.isEmpty { return .refuse(.unavailable) }
        return .wait
    }

    private func firstWithRoom(now: UInt64) -> Connection? {
        idle.first { $0.connection.isOpen && $0.connection.load < Self.room && !$0.connection.isSlow(at: now) }?.connection
    }

    private mutating func leastLoaded() -> Connection? {
        turn &+= 1
        var best: (connection: Connection, load: Int)?
        for offset in 0..<idle.count {
            let connection = idle[(Int(UInt(bitPattern: turn) % UInt(idle.count)) + offset) % idle.count].connection
            let load = connection.load
            if load < best?.load ?? .max, connection.isOpen { best = (connection, load) }
        }
        return best?.connection
    }

    /// Adds a waiter. The pool may have changed since it was told to wait, so it may be served at once.
    mutating func enqueue(_ waiter: Waiter, id: Int, deadline: UInt64, now: UInt64) -> Actions {
        var actions = Actions()
        switch acquire(now: now) {
        case .connection(let connection): actions.grants.append((waiter, connection))
        case .refuse(let error): actions.refusals.append((waiter, error))
        case .wait: waiters.append(Waiting(id: id, waiter: waiter, deadline: deadline))
        }
        refill(&actions)
        return actions
    }

    /// Removes a waiter whose task was cancelled; `nil` when it has been served meanwhile.
    mutating func cancel(id: Int) -> Waiter? {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: index).waiter
    }

    /// Turns away the waiters whose patience has ended.
    mutating func expire(now: UInt64) -> Actions {
        var actions = Actions()
        while let first = waiters.first, first.deadline <= now {
            waiters.removeFirst()
            actions.refusals.append((first.waiter, .acquireTimeout))
        }
        return actions
    }

    /// Takes a borrowed connection back.
    mutating func release(_ connection: Connection, now: UInt64) -> Actions {
        leased -= 1
        var actions = Actions()
        settle(connection, now: now, &actions)
        return actions
    }

    // MARK: Connections

    /// Notes a new connection.
    mutating func connected(_ connection: Connection, now: UInt64) -> Actions {
        connecting -= 1
        isDown = false
        var actions = Actions()
        settle(connection, now: now, &actions)
        return actions
    }

    /// Notes a failed attempt. Waiters are turned away unless a connection that exists can still come to them.
    mutating func connectFailed() -> Actions {
        connecting -= 1
        isDown = true
        var actions = Actions()
        guard !isClosed else { return actions }
        if leased == 0, idle.isEmpty { refuseAll(.unavailable, &actions) }
        actions.schedulesRetry = !isRetryScheduled
        isRetryScheduled = true
        return actions
    }

    /// The back-off delay is over: one attempt is made, as a probe.
    mutating func retry() -> Actions {
        isRetryScheduled = false
        var actions = Actions()
        guard !isClosed, connecting == 0, idle.count + leased < size.upperBound else { return actions }
        connecting += 1
        actions.connects = 1
        return actions
    }

    /// Notes that a connection broke. A borrowed one is noticed when it is released.
    mutating func lost(_ connection: Connection) -> Actions {
        idle.removeAll { $0.connection === connection }
        var actions = Actions()
        refill(&actions)
        return actions
    }

    /// Starts keeping the minimum of connections open.
    mutating func start() -> Actions {
        var actions = Actions()
        refill(&actions)
        return actions
    }

    /// Closes free connections and turns everybody away; borrowed connections are closed as they come back.
    mutating func close() -> Actions {
        isClosed = true
        var actions = Actions()
        refuseAll(.closed, &actions)
        actions.closes = idle.map(\.connection)
        idle = []
        return actions
    }

    // MARK: Rules

    private mutating func settle(_ connection: Connection, now: UInt64, _ actions: inout Actions) {
        if isClosed {
            actions.closes.append(connection)
        } else if connection.isOpen {
            if mode == .lending, let first = waiters.popFirst() {
                leased += 1
                actions.grants.append((first.waiter, connection))
            } else {
                idle.append((connection, now))
                // A shared connection serves everybody who waits.
                while mode == .sharing, let first = waiters.popFirst() { actions.grants.append((first.waiter, connection)) }
                closeUnused(now: now, &actions)
            }
        }
        refill(&actions)
    }

    private mutating func closeUnused(now: UInt64, _ actions: inout Actions) {
        while mode == .lending, idle.count + leased > size.lowerBound, let oldest = idle.first, oldest.since + idleTimeout < now {
            idle.removeFirst()
            actions.closes.append(oldest.connection)
        }
    }

    private mutating func refuseAll(_ error: PostgresError, _ actions: inout Actions) {
        actions.refusals += waiters.map { ($0.waiter, error) }
        waiters = []
    }

    /// Starts as many connections as the minimum and the waiters call for. While the server is down only `retry()` does.
    private mutating func refill(_ actions: inout Actions) {
        guard !isClosed, !isDown else { return }
        let held = idle.count + leased
        let wanted = max(size.lowerBound, min(size.upperBound, held + (mode == .lending ? waiters.count : 0)))
        let missing = wanted - held - connecting
        guard missing > 0 else { return }
        connecting += missing
        actions.connects += missing
    }
}
