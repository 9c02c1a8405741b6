/// What this process knows of a task: the items of the admin health view (spec 11 §2.4).
public struct TaskStatus: Hashable, Sendable {
    /// The task's name.
    public let name: String
    /// When it is due.
    public let schedule: Schedule
    /// The key of the last run started here; before the first one, the last key known to be done.
    public let lastDueKey: String?
    /// The last start here, in Unix milliseconds.
    public let lastStartedAtMilliseconds: Int64?
    /// The last end here, in Unix milliseconds.
    public let lastFinishedAtMilliseconds: Int64?
    /// The outcome of the last run that ended here.
    public let lastOutcome: TaskOutcome?
    /// The next due time, in Unix milliseconds.
    public let nextDueAtMilliseconds: Int64
    /// Whether it is running here.
    public let isRunning: Bool
    /// Whether the running run has taken three times its usual duration.
    public let isOverdue: Bool
}
