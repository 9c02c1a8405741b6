import Synchronization

/// A double that many threads may set and add to without a lock.
struct AtomicDouble: ~Copyable, Sendable {
    private let storage = Atomic<Double>(0)

    var value: Double { storage.load(ordering: .relaxed) }

    func set(_ value: Double) {
        storage.store(value, ordering: .relaxed)
    }

    func add(_ amount: Double) {
        var expected = storage.load(ordering: .relaxed)
        while true {
            let (exchanged, original) = storage.weakCompareExchange(expected: expected, desired: expected + amount, ordering: .relaxed)
            if exchanged { return }
            expected = original
        }
    }
}
