import DequeModule
import Synchronization

/// Events on their way to one sink, in two bounded queues: blocks and sessions never wait behind shares, nor are they dropped for them
/// (spec 03a §4.3). For one reader.
final class SinkQueue: Sendable {
    private enum Wish {
        /// Any event, or the end.
        case any
        /// So many events, a critical one, or the end.
        case batch(Int)
    }

    private struct State {
        var critical: Deque<EventRecord> = []
        var bulk: Deque<EventRecord> = []
        var isEnding = false
        var waiter: (wish: Wish, continuation: CheckedContinuation<Void, Never>)?

        func fulfils(_ wish: Wish) -> Bool {
            switch wish {
            case .any: isEnding || !critical.isEmpty || !bulk.isEmpty
            case .batch(let count): isEnding || !critical.isEmpty || bulk.count >= count
            }
        }

        mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
            guard let waiter, fulfils(waiter.wish) else { return nil }
            self.waiter = nil
            return waiter.continuation
        }
    }

    private let state = Mutex(State())
    private let criticalCapacity: Int
    private let bulkCapacity: Int

    init(criticalCapacity: Int = 10_000, bulkCapacity: Int = 200_000) {
        self.criticalCapacity = criticalCapacity
        self.bulkCapacity = bulkCapacity
    }

    /// Takes an event; false when its queue is full and it is dropped.
    func append(_ record: EventRecord) -> Bool {
        let (taken, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            if record.isCritical {
                guard state.critical.count < criticalCapacity else { return (false, nil) }
                state.critical.append(record)
            } else {
                guard state.bulk.count < bulkCapacity else { return (false, nil) }
                state.bulk.append(record)
            }
            return (true, state.takeWaiter())
        }
        waiter?.resume()
        return taken
    }

    /// Nothing more will come.
    func end() {
        let waiter = state.withLock { state in
            state.isEnding = true
            return state.takeWaiter()
        }
        waiter?.resume()
    }

    var isEnding: Bool { state.withLock { $0.isEnding } }
    var count: Int { state.withLock { $0.critical.count + $0.bulk.count } }

    /// The next events, critical ones first; nil at the end.
    /// - Parameter patience: how long bulk events may wait for company.
    func next(limit: Int, patience: Duration) async -> [EventRecord]? {
        await wait(for: .any)
        if patience > .zero, !state.withLock({ $0.fulfils(.batch(limit)) }) {
            let timer = Task {
                // Again and again, in case it comes before the waiting has begun.
                while true {
                    try await Task.sleep(for: patience)
                    stopWaiting()
                }
            }
            await wait(for: .batch(limit))
            timer.cancel()
        }
        let records = takeWaiting(limit: limit)
        return records.isEmpty && isEnding ? nil : records
    }

    /// What is there now, critical events first, without waiting.
    func takeWaiting(limit: Int) -> [EventRecord] {
        state.withLock { state in
            var records: [EventRecord] = []
            let critical = min(limit, state.critical.count)
            records += state.critical.prefix(critical)
            state.critical.removeFirst(critical)
            let bulk = min(limit - critical, state.bulk.count)
            records += state.bulk.prefix(bulk)
            state.bulk.removeFirst(bulk)
            return records
        }
    }

    private func wait(for wish: Wish) async {
        await withCheckedContinuation { continuation in
            let isFulfilled = state.withLock { state in
                if state.fulfils(wish) { return true }
                state.waiter = (wish, continuation)
                return false
            }
            if isFulfilled { continuation.resume() }
        }
    }

    private func stopWaiting() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.continuation.resume()
    }
}
