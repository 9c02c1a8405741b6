/// The intervals of the scheduler, in milliseconds, and its limit (spec 11 §7).
public struct SchedulerConfiguration: Hashable, Sendable {
    /// Between attempts to become the leader, and after the ledger could not be read.
    public var leadershipRetryMilliseconds: Int64 = 5_000
    /// Between readings of the ledger by the leader.
    public var ledgerIntervalMilliseconds: Int64 = 60_000
    /// The first delay after a failed run; it doubles with every further failure of the same key.
    public var firstRetryMilliseconds: Int64 = 5_000
    /// The longest delay after a failed run.
    public var longestRetryMilliseconds: Int64 = 300_000
    /// A run is overdue after this many times its usual duration.
    public var overdueFactor: Int64 = 3
    /// The shortest duration taken as usual, so that a task of a few milliseconds does not alert over a pause.
    public var shortestUsualMilliseconds: Int64 = 1_000
    /// Most tasks that run at once on this node; others wait for their turn.
    public var concurrentRuns = 3

    /// The intervals of the specification.
    public init() {}

    /// The delay after the given number of failures in a row.
    func retryDelay(afterFailures failures: Int) -> Int64 {
        let doubled = firstRetryMilliseconds.multipliedReportingOverflow(by: 1 << Int64(min(max(0, failures - 1), 30)))
        return doubled.overflow ? longestRetryMilliseconds : min(doubled.partialValue, longestRetryMilliseconds)
    }
}
