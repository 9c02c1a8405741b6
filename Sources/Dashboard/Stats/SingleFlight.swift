import Platform
import Synchronization

/// Lets one caller at a time compute the value of a key; those who ask meanwhile get its result.
final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let followers = Mutex<[Key: [AsyncStream<Value>.Continuation]]>([:])

    /// - Parameter patience: how long a follower waits.
    /// - Returns: nil for a follower whose leader failed or takes longer.
    /// - Throws: what `compute` throws, to the leader alone.
    func value(of key: Key, patience: Duration, _ compute: () async throws -> Value) async throws -> Value? {
        guard let results = join(key) else {
            do {
                let value = try await compute()
                finish(key, value)
                return value
            } catch {
                finish(key, nil)
                throw error
            }
        }
        return await TimeLimit.run(patience) {
            for await value in results { return value }
            throw CancellationError()
        }
    }

    /// - Returns: what will become of the computation on its way; nil to the leader, who begins one.
    private func join(_ key: Key) -> AsyncStream<Value>? {
        followers.withLock { followers in
            guard followers[key] != nil else {
                followers[key] = []
                return nil
            }
            let (results, continuation) = AsyncStream<Value>.makeStream()
            followers[key]?.append(continuation)
            return results
        }
    }

    private func finish(_ key: Key, _ value: Value?) {
        for follower in followers.withLock({ $0.removeValue(forKey: key) }) ?? [] {
            if let value { follower.yield(value) }
            follower.finish()
        }
    }
}
