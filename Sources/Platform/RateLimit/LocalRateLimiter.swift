import DequeModule
import Synchronization

/// The node's own limiter, used while Redis does not answer (spec 01 §7.4): same arithmetic, bounded memory.
final class LocalRateLimiter: Sendable {
    private struct Counter {
        var window: Int64
        var current: Int
        var previous: Int

        mutating func advance(to index: Int64) {
            guard index > window else { return }
            previous = index == window + 1 ? current : 0
            current = 0
            window = index
        }
    }

    private struct Table {
        var counters: [String: Counter] = [:]
        var order: Deque<String> = []
    }

    private let table = Mutex(Table())
    private let maximumKeys: Int

    init(maximumKeys: Int = 100_000) {
        self.maximumKeys = maximumKeys
    }

    /// - Parameter now: Unix milliseconds.
    func admit(_ buckets: [RateBucket], now: Int64) -> RateDecision {
        table.withLock { table in
            let index = RateWindow.index(at: now)
            let windows = buckets.map { bucket in
                let key = bucket.rateClass + ":" + bucket.key
                if table.counters[key] == nil {
                    if table.counters.count >= maximumKeys, let oldest = table.order.popFirst() { table.counters[oldest] = nil }
                    table.counters[key] = Counter(window: index, current: 0, previous: 0)
                    table.order.append(key)
                }
                table.counters[key]?.advance(to: index)
                let counter = table.counters[key] ?? Counter(window: index, current: 0, previous: 0)
                return RateWindow(current: counter.current, previous: counter.previous, now: now)
            }
            let decision = RateDecision(buckets, windows, now: now)
            if decision.isAdmitted {
                for bucket in buckets { table.counters[bucket.rateClass + ":" + bucket.key]?.current += 1 }
            }
            return decision
        }
    }
}
