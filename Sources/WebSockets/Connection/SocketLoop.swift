import NIOCore

/// All connections of one server on one event loop: one timer sweeps over them, and one flush per turn sends what they wrote.
///
/// Touched only on its event loop.
final class SocketLoop {
    /// So many that wait are flushed before the turn ends: what their writes touched is still in the processor's cache then.
    static let longestUnflushed = 64

    let eventLoop: any EventLoop
    let configuration: WebSocketConfiguration
    private let count: @Sendable (Int) -> Void
    private var connections = LoopMembers<HTTPGate>()
    private var sockets = LoopMembers<WebSocketConnection>()
    private var isSweeping = false
    private var unflushed: [WebSocketConnection] = []
    /// Those being flushed at this moment.
    private var flushing: [WebSocketConnection] = []
    private var willFlush = false
    private var drain: SocketDrain?
    private var emptied: [EventLoopPromise<Void>] = []

    /// - Parameter count: Told of each socket that comes (+1) and goes (−1).
    init(eventLoop: any EventLoop, configuration: WebSocketConfiguration, count: @escaping @Sendable (Int) -> Void) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        self.count = count
    }

    func insert(_ connection: HTTPGate) {
        self.connections.insert(connection)
        self.scheduleSweep()
    }

    func remove(_ connection: HTTPGate) {
        self.connections.remove(connection)
    }

    func insert(_ socket: WebSocketConnection) {
        self.sockets.insert(socket)
        self.count(1)
        self.scheduleSweep()
        if let drain { socket.close(drain.code, reason: drain.reason) }
    }

    func remove(_ socket: WebSocketConnection) {
        guard socket.place >= 0 else { return }
        self.sockets.remove(socket)
        self.count(-1)
        self.resolveIfEmpty()
    }

    /// Flushes the socket at the end of this turn of the loop, or before when many wait.
    func flushSoon(_ socket: WebSocketConnection) {
        self.unflushed.append(socket)
        if self.unflushed.count >= Self.longestUnflushed, self.flushing.isEmpty { return self.flush() }
        guard !self.willFlush else { return }
        self.willFlush = true
        self.eventLoop.assumeIsolated().execute {
            self.willFlush = false
            self.flush()
        }
    }

    /// What is written meanwhile waits for the end of the turn.
    private func flush() {
        swap(&self.unflushed, &self.flushing)
        for socket in self.flushing { socket.flush() }
        self.flushing.removeAll(keepingCapacity: true)
    }

    /// Closes all sockets, evenly over a time, and every later one at once. The future succeeds when none is left.
    func close(_ code: WebSocketCloseCode, reason: String, over spread: TimeAmount) -> EventLoopFuture<Void> {
        let promise = self.eventLoop.makePromise(of: Void.self)
        self.emptied.append(promise)
        if self.drain == nil {
            self.drain = SocketDrain(self.sockets.all, code: code, reason: reason, start: self.eventLoop.now, spread: spread)
            self.continueDrain()
        }
        self.resolveIfEmpty()
        return promise.futureResult
    }

    private func continueDrain() {
        guard var drain else { return }
        let wait = drain.step(self.eventLoop.now)
        self.drain = drain
        guard let wait else { return }
        self.eventLoop.assumeIsolated().scheduleTask(in: wait) { self.continueDrain() }
    }

    private func resolveIfEmpty() {
        guard self.sockets.all.isEmpty else { return }
        let promises = self.emptied
        self.emptied = []
        for promise in promises { promise.succeed() }
    }

    private func scheduleSweep() {
        guard !self.isSweeping else { return }
        self.isSweeping = true
        self.eventLoop.assumeIsolated().scheduleTask(in: self.configuration.sweepInterval) { self.sweep() }
    }

    /// Goes over a copy: what a member does may change the sets.
    private func sweep() {
        self.isSweeping = false
        let now = self.eventLoop.now
        for connection in self.connections.all { connection.sweep(now) }
        for socket in self.sockets.all { socket.sweep(now) }
        guard !self.connections.all.isEmpty || !self.sockets.all.isEmpty else { return }
        self.scheduleSweep()
    }
}

/// The sockets of a loop being closed evenly over a time.
struct SocketDrain {
    let code: WebSocketCloseCode
    let reason: String
    private let start: NIODeadline
    private let spread: TimeAmount
    private let sockets: [WebSocketConnection]
    private var closed = 0

    init(_ sockets: [WebSocketConnection], code: WebSocketCloseCode, reason: String, start: NIODeadline, spread: TimeAmount) {
        (self.sockets, self.code, self.reason, self.start, self.spread) = (sockets, code, reason, start, spread)
    }

    /// Closes those that are due and says when to come again; nil when all are closed.
    mutating func step(_ now: NIODeadline) -> TimeAmount? {
        let due = Self.due(of: self.sockets.count, elapsed: now - self.start, spread: self.spread)
        while self.closed < due {
            self.sockets[self.closed].close(self.code, reason: self.reason)
            self.closed += 1
        }
        guard self.closed < self.sockets.count else { return nil }
        return max(.milliseconds(10), .nanoseconds(self.spread.nanoseconds / Int64(self.sockets.count)))
    }

    /// How many of `count` sockets are to be closed once `elapsed` of `spread` has passed: the first at once.
    static func due(of count: Int, elapsed: TimeAmount, spread: TimeAmount) -> Int {
        guard elapsed < spread else { return count }
        return min(count, Int(Double(count) * Double(elapsed.nanoseconds) / Double(spread.nanoseconds)) + 1)
    }
}
