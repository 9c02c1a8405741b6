/// One pending wake-up at a time; used by a single task.
final class Alarm {
    private let clock: any SchedulerClock
    private let ring: @Sendable () -> Void
    private var sleeper: Task<Void, Never>?

    init(clock: any SchedulerClock, ring: @escaping @Sendable () -> Void) {
        self.clock = clock
        self.ring = ring
    }

    /// Replaces the pending wake-up; rings once at or before the deadline, in Unix milliseconds.
    func set(_ deadlineMilliseconds: Int64?) {
        cancel()
        guard let deadlineMilliseconds else { return }
        sleeper = Task { [clock, ring] in
            do {
                try await clock.sleep(untilMilliseconds: deadlineMilliseconds)
                ring()
            } catch {
                // Replaced by a later wake-up, or the scheduler has ended.
            }
        }
    }

    func cancel() {
        sleeper?.cancel()
        sleeper = nil
    }
}
