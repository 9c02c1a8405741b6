/// One start of a task for one due key.
public struct TaskRun: Hashable, Sendable {
    /// The task's name.
    public let task: String
    /// The due key it runs for.
    public let key: DueKey
    /// When it started, in Unix milliseconds.
    public let startedAtMilliseconds: Int64
    /// Whether an operator started it; such a run never counts as the task's last successful key.
    public let isManual: Bool
}
