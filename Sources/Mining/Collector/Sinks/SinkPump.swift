import Logging
import Metrics
import NIOPosix
import Synchronization

/// Moves events from a queue into a sink, and over the spool while the sink is away (spec 03a §4.3). Sinks have pumps of their own: one that
/// fails does not hold up the other.
final class SinkPump: Sendable {
    /// What a sink is doing.
    enum State: String, Sendable {
        /// Events arrive.
        case working
        /// The last attempt failed a moment ago.
        case retrying
        /// Events go to disk and wait.
        case spooling
        /// Events wait in memory, because there is no spool to go to.
        case waiting
    }

    /// A sink that has failed for so long hands over to the spool.
    private static let spoolsAfter = Duration.seconds(1)
    /// Events moved to the spool at a time.
    private static let spoolStep = 5000

    let queue: SinkQueue
    private let sink: any EventSink
    private let spool: Spool?
    private let counts: SinkCounts
    private let logger: Logger
    private let current = Mutex(State.working)

    init(sink: any EventSink, spool: Spool?, queue: SinkQueue = SinkQueue(), logger: Logger) {
        self.sink = sink
        self.spool = spool
        self.queue = queue
        self.logger = logger
        counts = SinkCounts(sink: sink.name)
    }

    var name: String { sink.name }
    var state: State { current.withLock { $0 } }
    var spooledBytes: Int { spool?.byteCount ?? 0 }

    /// Takes an event on its way; a full queue drops the newest.
    func append(_ record: EventRecord) -> Bool {
        let taken = queue.append(record)
        if !taken { counts.dropped(record) }
        return taken
    }

    /// Pumps until the queue has ended and is empty. When cancelled, or ended while the sink is away, the rest goes to the spool.
    func run() async {
        while true {
            if let spool, !spool.isEmpty {
                guard await drain(spool) else { return }
            } else {
                guard let records = await queue.next(limit: sink.batchLimit, patience: sink.patience) else { return }
                guard await deliver(records) else { return }
            }
        }
    }

    // MARK: without spool

    /// Writes a batch, and gives what the sink does not take for a second to the spool. False when all is over.
    private func deliver(_ records: [EventRecord]) async -> Bool {
        var rest = records
        var delay = RetryDelay()
        let start = ContinuousClock.now
        while true {
            rest = await attempt(rest)
            guard !rest.isEmpty else { return true }
            let isOver = Task.isCancelled || (queue.isEnding && spool != nil)
            if isOver || ContinuousClock.now - start >= Self.spoolsAfter, spool != nil {
                await store(rest)
                guard isOver else { return true }
                await storeQueue()
                return false
            }
            if isOver { return false }
            enter(ContinuousClock.now - start >= Self.spoolsAfter ? .waiting : .retrying)
            try? await Task.sleep(for: delay.next())
        }
    }

    // MARK: with spool

    /// Sends what is spooled, oldest first; what comes meanwhile goes behind it. False when all is over.
    private func drain(_ spool: Spool) async -> Bool {
        var delay = RetryDelay()
        var lastSync = ContinuousClock.now
        var batch: [EventRecord] = []
        while true {
            await store(queue.takeWaiting(limit: Self.spoolStep))
            if ContinuousClock.now - lastSync >= .seconds(1) {
                await onDisk { $0.sync() }
                lastSync = .now
            }
            if batch.isEmpty {
                let peeked = await onDisk { [limit = sink.batchLimit] in $0.peek(limit: limit) } ?? (records: [], isDamaged: false)
                if peeked.isDamaged { counts.damaged() }
                batch = peeked.records
                if batch.isEmpty {
                    enter(.working)
                    return true
                }
            }
            batch = await attempt(batch)
            if batch.isEmpty {
                await onDisk { $0.removePeeked() }
                delay.reset()
                continue
            }
            enter(.spooling)
            if Task.isCancelled || queue.isEnding {
                await storeQueue()
                await onDisk { $0.sync() }
                return false
            }
            try? await Task.sleep(for: min(delay.next(), .seconds(1)))
        }
    }

    private func storeQueue() async {
        while true {
            let records = queue.takeWaiting(limit: Self.spoolStep)
            if records.isEmpty { return await onDisk { $0.sync() } ?? () }
            await store(records)
        }
    }

    private func store(_ records: [EventRecord]) async {
        guard !records.isEmpty else { return }
        let dropped: Int? =
            await onDisk { spool in
                do { return try spool.append(records) } catch { return nil }
            } ?? nil
        guard let dropped else {
            logger.error("events lost: the spool cannot be written", metadata: ["event": "spool_failed", "sink": "\(sink.name)"])
            return records.forEach(counts.dropped)
        }
        if dropped > 0 { counts.spoolOverflow(dropped) }
    }

    /// Disk time is spent on a thread that may wait.
    @discardableResult
    private func onDisk<Value: Sendable>(_ work: @escaping @Sendable (Spool) -> Value) async -> Value? {
        guard let spool else { return nil }
        // The pool runs as long as the process, so this does not fail; and it must happen although the task is cancelled.
        return try? await Task { try await NIOThreadPool.singleton.runIfActive { work(spool) } }.value
    }

    // MARK: attempts

    /// Answers what has not arrived.
    private func attempt(_ records: [EventRecord]) async -> [EventRecord] {
        let outcome = await sink.write(records)
        counts.arrived(records.count - outcome.rest.count - outcome.refused.count)
        for record in outcome.refused { counts.dropped(record) }
        if outcome.rest.isEmpty, state == .retrying || state == .waiting { enter(.working) }
        return outcome.rest
    }

    private func enter(_ new: State) {
        let old = current.withLock { current in
            defer { current = new }
            return current
        }
        guard old != new else { return }
        let level: Logger.Level = new == .working || new == .retrying ? .info : .warning
        logger.log(
            level: level,
            "sink \(new.rawValue)",
            metadata: ["event": "sink_state", "sink": "\(sink.name)", "state": "\(new.rawValue)"]
        )
    }
}
