package import GameRules
import Glibc
import Synchronization

/// The one source of `now` (spec 01 §1). Rules take an ``Instant``; only the outermost layer asks a clock.
package struct Clock: Sendable {
    /// The present instant.
    package let now: @Sendable () -> Instant

    package init(now: @escaping @Sendable () -> Instant) {
        self.now = now
    }

    /// The system's real-time clock.
    package static let system = Clock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microsecondsSinceUnixEpoch: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}

/// A clock that stands still until it is told to move; tests move it instead of waiting.
package final class ManualClock: Sendable {
    private let instant: Mutex<Instant>

    package init(_ start: Instant) {
        instant = Mutex(start)
    }

    /// Where the clock stands.
    package var now: Instant { instant.withLock { $0 } }

    /// The clock as the service takes it.
    package var clock: Clock { Clock { self.now } }

    /// Sets the clock, forwards or backwards.
    package func set(_ new: Instant) { instant.withLock { $0 = new } }

    /// Moves the clock.
    package func advance(milliseconds: Int64) { instant.withLock { $0 = $0.adding(milliseconds: milliseconds) } }
}
