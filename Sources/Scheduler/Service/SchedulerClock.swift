/// The scheduler's only source of time.
public protocol SchedulerClock: Sendable {
    /// The present, in Unix milliseconds.
    var nowMilliseconds: Int64 { get }

    /// Returns at the given time in Unix milliseconds or earlier; the scheduler looks at the clock again each time.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func sleep(untilMilliseconds deadline: Int64) async throws
}

/// A clock over an injected `now` that sleeps in real time.
public struct SleepingClock: SchedulerClock {
    private let now: @Sendable () -> Int64

    /// A clock that reads `now`, in Unix milliseconds.
    public init(nowMilliseconds now: @escaping @Sendable () -> Int64) {
        self.now = now
    }

    /// The present, in Unix milliseconds.
    public var nowMilliseconds: Int64 { now() }

    /// Sleeps until the deadline, but never longer than a second, so that a wall clock that was stepped is noticed soon.
    public func sleep(untilMilliseconds deadline: Int64) async throws {
        let (remaining, overflow) = deadline.subtractingReportingOverflow(now())
        try await Task.sleep(for: .milliseconds(overflow ? 1_000 : min(max(1, remaining), 1_000)))
    }
}
