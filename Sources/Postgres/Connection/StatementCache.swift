/// The statements prepared on one connection, least recently used first to go.
struct StatementCache<Key: Hashable> {
    /// What to do to run a statement.
    enum Plan: Equatable {
        /// Run the prepared statement of that number.
        case reuse(Int)
        /// Prepare under that number, after deallocating the other when there is one.
        case prepare(Int, evicting: Int?)
    }

    private struct Entry {
        let number: Int
        var lastUse: Int
    }

    private var entries: [Key: Entry] = [:]
    private var nextNumber = 0
    private var clock = 0
    let capacity: Int

    /// - Parameter capacity: statements kept; at least one.
    init(capacity: Int) {
        self.capacity = max(capacity, 1)
    }

    var count: Int { entries.count }

    mutating func plan(_ key: Key) -> Plan {
        clock += 1
        if let index = entries.index(forKey: key) {
            entries.values[index].lastUse = clock
            return .reuse(entries.values[index].number)
        }
        var evicted: Int?
        // A scan, because misses are rare and the table is small.
        if entries.count >= capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            evicted = oldest.value.number
            entries[oldest.key] = nil
        }
        nextNumber += 1
        entries[key] = Entry(number: nextNumber, lastUse: clock)
        return .prepare(nextNumber, evicting: evicted)
    }

    /// Drops a statement that is not, or no longer, usable.
    mutating func forget(number: Int) {
        guard let key = entries.first(where: { $0.value.number == number })?.key else { return }
        entries[key] = nil
    }

    /// Drops a statement by its key, and returns its number.
    mutating func forget(_ key: Key) -> Int? {
        entries.removeValue(forKey: key)?.number
    }
}
