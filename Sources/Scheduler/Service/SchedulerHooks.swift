/// What the application wants to know of the scheduler, besides logs and metrics. Hooks run beside the scheduler and never delay it.
public struct SchedulerHooks: Sendable {
    /// Called with `true` when this process becomes the leader and with `false` when it no longer is.
    public var leadershipChanged: @Sendable (_ isLeader: Bool) async -> Void = { _ in }
    /// Called once for a run that takes three times its usual duration.
    public var taskOverdue: @Sendable (_ task: String, _ key: DueKey, _ runningForMilliseconds: Int64) async -> Void = { _, _, _ in }

    /// Hooks that do nothing.
    public init() {}
}
