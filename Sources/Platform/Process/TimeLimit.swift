/// Waits for an answer, but not longer than a limit.
package enum TimeLimit {
    /// The value of `body`; nil when it throws or the time is over, in which case `body` is cancelled.
    package static func run<Value: Sendable>(_ limit: Duration, _ body: @escaping @Sendable () async throws -> Value) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { try? await body() }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}
