/// Locks named after tasks, so that two processes that both think they lead cannot run a task side by side.
public protocol TaskLocks: Sendable {
    /// Runs `body` while holding the task's lock; returns `nil` without running it when another process holds the lock.
    func withLock<Result: Sendable>(
        task: String,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result?
}
