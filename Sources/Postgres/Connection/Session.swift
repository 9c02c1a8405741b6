import DequeModule
import Synchronization

/// One connection to the server, in pipeline mode.
///
/// Callers leave requests in a locked inbox and wake the loop once per batch; the loop sends all of them, flushes once, and on input drains
/// every complete result before it resumes the waiters.
actor Session {
    nonisolated var unownedExecutor: UnownedSerialExecutor { SocketLoop.shared.asUnownedSerialExecutor() }

    /// Limits taken from the configuration.
    struct Limits: Sendable {
        var connectTimeout: UInt64 = 5_000_000_000
        /// Silence after which a connection that owes an answer is given up, in nanoseconds; 0 for never.
        var silence: UInt64 = 35_000_000_000
        var statementCacheCapacity = 256
        /// Requests on the wire at once. More wait here, where they can still be cancelled.
        var pipelineDepth = 512
        /// Reads that may share a sync point: libpq writes to the socket at each one, and so does the server. None of a group is answered
        /// before all are.
        var sharedSync = 16
        /// Time within which a short statement is answered, in nanoseconds: whoever owes an answer for longer is busy with a long one.
        var shortStatement: UInt64 = 2_000_000
    }

    private let inbox = SessionInbox()
    private let nextID = Atomic(0)
    private let pending = Atomic(0)
    /// When the connection last moved, or stopped to be idle, in nanoseconds of uptime.
    private let progress = Atomic<UInt64>(0)

    let limits: Limits
    private let onClose: @Sendable (Session) -> Void
    var wire: Wire?
    private var watch: SocketWatch?
    var pipeline = Pipeline<Request, ResultStorage, ServerError>()
    var backlog = Deque<Request>()
    var statements: StatementCache<StatementKey>
    /// A COPY or a script in progress, for which pipeline mode is left.
    var operation: SimpleOperation?
    /// The request the server was asked to cancel.
    var interrupted: Int?
    /// Cancel requests on their way. Nothing new is sent meanwhile, or it could be hit instead.
    var cancelsInFlight = 0
    private var isGuardArmed = false
    private var spare: [Request] = []

    /// - Parameter onClose: called once, after the connection has been lost or closed.
    init(limits: Limits, onClose: @escaping @Sendable (Session) -> Void) {
        self.limits = limits
        self.onClose = onClose
        statements = StatementCache(capacity: limits.statementCacheCapacity)
    }

    /// Requests not yet answered.
    nonisolated var load: Int { pending.load(ordering: .relaxed) }

    /// Whether an answer is owed for longer than short statements take.
    nonisolated func isSlow(at now: UInt64) -> Bool {
        let last = progress.load(ordering: .relaxed)
        return load > 0 && now > last && now - last > limits.shortStatement
    }

    /// Notes that the connection moves.
    nonisolated func noteProgress() { progress.store(uptimeNanoseconds(), ordering: .relaxed) }

    /// Whether requests are taken.
    nonisolated var isOpen: Bool { inbox.isOpen }

    // MARK: Submitting

    /// Runs work and waits for its results, one per statement.
    nonisolated(nonsending) func run(_ work: Request.Work, cancellation: Request.Cancellation) async throws -> [ResultStorage] {
        let id = nextID.wrappingAdd(1, ordering: .relaxed).newValue
        guard cancellation != .ignore else {
            return try await withCheckedThrowingContinuation {
                submit(Request(id: id, work: work, cancellation: cancellation, continuation: $0))
            }
        }
        try Task.checkCancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                submit(Request(id: id, work: work, cancellation: cancellation, continuation: $0))
                // A cancellation before this point found no request to cancel.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    /// Queues work nobody waits for, to be sent in the same round trip as the next request.
    nonisolated func enqueue(_ sql: SQL) {
        submit(Request(id: 0, work: .statement(sql), cancellation: .ignore, continuation: nil), wakes: false)
    }

    private nonisolated func submit(_ request: Request, wakes: Bool = true) {
        switch inbox.add(request, wakes: wakes) {
        case .refused(let reason):
            request.continuation?.resume(throwing: reason)
        case .left:
            notePending()
        case .wake:
            notePending()
            wake()
        }
    }

    private nonisolated func notePending() {
        if pending.wrappingAdd(1, ordering: .relaxed).newValue == 1 { noteProgress() }
    }

    private nonisolated func cancel(_ id: Int) {
        if inbox.cancel(id) { wake() }
    }

    private nonisolated func wake() {
        SocketLoop.shared.execute { self.assumeIsolated { $0.tick() } }
    }

    // MARK: Working

    /// Takes over what callers left, and sends it.
    private func tick() {
        repeat {
            let cancellations = inbox.take(into: &spare)
            backlog.append(contentsOf: spare)
            spare.removeAll(keepingCapacity: true)
            for id in cancellations { cancelRequest(id) }
            pump()
        } while !inbox.settle(isAnswerAwaited: wire != nil && owesAnswer)
    }

    /// Sends as much of the backlog as may be on the wire now.
    func pump() {
        guard wire != nil else { return }
        if pipeline.isEmpty { noteProgress() }
        var unsynced = 0
        while operation == nil, cancelsInFlight == 0, pipeline.depth < limits.pipelineDepth, let next = backlog.first {
            if case .simple(let text, let data) = next.work {
                guard pipeline.isEmpty else { break }
                backlog.removeFirst()
                begin(SimpleOperation(request: next, data: data), text: text)
            } else {
                backlog.removeFirst()
                guard send(next) else { return close(.connectionLost) }
                unsynced += 1
                let isJoined =
                    next.isShareable && backlog.first?.isShareable == true && unsynced < limits.sharedSync
                    && pipeline.depth < limits.pipelineDepth
                if !isJoined {
                    pipeline.append(.sync)
                    guard wire?.sync() == true else { return close(.connectionLost) }
                    unsynced = 0
                }
            }
        }
        sendWaiting()
        armGuard()
    }

    /// Writes what the socket takes now, and watches for room while something is left. The one place that decides so: a COPY whose data
    /// libpq has taken in part still has more, however empty libpq's own buffer is.
    func sendWaiting() {
        if operation == nil { flush() } else { continueOperation() }
    }

    private func send(_ request: Request) -> Bool {
        switch request.work {
        case .statement(let sql): guard send(sql) else { return false }
        case .statements(let list): for sql in list { guard send(sql) else { return false } }
        case .simple: return false
        }
        pipeline.close(request)
        return true
    }

    private func send(_ sql: SQL) -> Bool {
        guard let wire else { return false }
        guard sql.isPrepared else {
            pipeline.append(.execute)
            return wire.execute(text: sql.text, sql.arguments)
        }
        switch statements.plan(StatementKey(sql)) {
        case .reuse(let number):
            pipeline.append(.execute)
            return wire.execute(Self.name(number), sql.arguments)
        case .prepare(let number, let evicted):
            if let evicted {
                pipeline.append(.deallocate)
                guard wire.execute(text: "deallocate \(Self.name(evicted))", SQLArguments()) else { return false }
            }
            pipeline.append(.prepare(number))
            pipeline.append(.execute)
            return wire.prepare(Self.name(number), text: sql.text, types: sql.arguments.slots.map(\.type))
                && wire.execute(Self.name(number), sql.arguments)
        }
    }

    private static func name(_ number: Int) -> String { "s\(number)" }

    /// Writes what libpq holds, and watches for room while something is left.
    /// - Returns: whether everything is written.
    @discardableResult
    func flush() -> Bool {
        let result = wire?.flush() ?? -1
        if result < 0 { close(.connectionLost) } else { watch?.watchWrites(result == 1) }
        return result == 0
    }

    /// Reads everything that has arrived, then tells the waiters.
    func readable() {
        guard let wire else { return }
        let isAlive = wire.consumeInput()
        noteProgress()
        var completions: [Completion] = []
        let isSane = operation == nil ? drain(wire, into: &completions) : drainOperation(wire, into: &completions)
        pending.wrappingSubtract(completions.count, ordering: .relaxed)
        if isAlive, isSane, !wire.isBad { tick() }
        for completion in completions { completion.deliver() }
        if !isAlive || !isSane || wire.isBad { close(.connectionLost) }
    }

    private func drain(_ wire: Wire, into completions: inout [Completion]) -> Bool {
        var wasEnd = false
        while !pipeline.isEmpty, !wire.isBusy {
            let event: Pipeline<Request, ResultStorage, ServerError>.Event
            switch wire.nextResult() {
            case .rows(let rows): event = .rows(rows)
            case .failure(let error):
                // The server, or libpq in its place, ends the connection: whatever is on the wire is lost.
                if error.sqlState.endsConnection || error.sqlState.category == "08" { return false }
                event = .failure(error)
            case .aborted: event = .aborted
            case .sync: event = .sync
            case .copyIn, .copyOut: return false
            case nil:
                if wasEnd { return false }
                event = .end
            }
            if case .end = event { wasEnd = true } else { wasEnd = false }
            switch pipeline.receive(event) {
            case .none: break
            case .forget(let number): statements.forget(number: number)
            case .finish(let outcomes): finish(outcomes, into: &completions)
            case .violation: return false
            }
        }
        return true
    }

    private func finish(
        _ outcomes: [(Request, Pipeline<Request, ResultStorage, ServerError>.Outcome)],
        into completions: inout [Completion]
    ) {
        var skipped: [Request] = []
        for (request, outcome) in outcomes {
            guard let continuation = request.continuation else {
                pending.wrappingSubtract(1, ordering: .relaxed)
                continue
            }
            switch outcome {
            case .rows(let rows): completions.append(Completion(continuation: continuation, result: .success(rows)))
            case .failure(let cause):
                completions.append(Completion(continuation: continuation, result: .failure(translate(cause, for: request))))
            case .skipped: skipped.append(request)
            }
        }
        // Each round answers at least the one that failed.
        for request in skipped.reversed() { backlog.prepend(request) }
    }

    /// Gives a server error the meaning it has for the caller, and drops prepared statements that have become unusable.
    func translate(_ error: ServerError, for request: Request) -> any Error {
        defer { if interrupted == request.id { interrupted = nil } }
        if error.sqlState == .queryCanceled { return interrupted == request.id ? CancellationError() : PostgresError.timeout }
        let error = PostgresError.server(error)
        if error.isStaleStatement {
            switch request.work {
            case .statement(let sql): _ = statements.forget(StatementKey(sql))
            case .statements(let list): for sql in list { _ = statements.forget(StatementKey(sql)) }
            case .simple: break
            }
        }
        return error
    }

    // MARK: Silence

    /// Watches for a server that owes an answer and says nothing: one timer per connection, not one per request.
    private func armGuard() {
        guard !isGuardArmed, limits.silence > 0, owesAnswer else { return }
        isGuardArmed = true
        SocketLoop.shared.execute(at: progress.load(ordering: .relaxed) + limits.silence) { [weak self] in
            self?.assumeIsolated { $0.checkSilence() }
        }
    }

    private func checkSilence() {
        isGuardArmed = false
        guard wire != nil, owesAnswer else { return }
        if uptimeNanoseconds() >= progress.load(ordering: .relaxed) + limits.silence { close(.timeout) } else { armGuard() }
    }

    private var owesAnswer: Bool { !pipeline.isEmpty || operation != nil || !backlog.isEmpty }

    // MARK: Closing

    /// Ends the connection. What waits for it fails with `reason`.
    func close(_ reason: PostgresError) {
        guard watch != nil else { return }
        var waiting = pipeline.removeAll()
        if let operation { waiting.append(operation.request) }
        operation = nil
        waiting += backlog
        backlog = []
        waiting += inbox.close(reason)
        pending.store(0, ordering: .relaxed)
        watch = nil
        wire = nil
        onClose(self)
        for request in waiting { request.continuation?.resume(throwing: reason) }
    }

    /// Notes that a request was dropped unsent.
    func dropPending() { pending.wrappingSubtract(1, ordering: .relaxed) }

    /// Notes that the connection is ready for requests.
    func open(_ wire: Wire, _ watch: SocketWatch) {
        self.wire = wire
        self.watch = watch
        inbox.open()
    }
}
