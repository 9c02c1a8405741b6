import Foundation
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

    /// The system's real-time clock, to the microsecond. Not by `timespec`: which module its members belong to differs from build to build.
    package static let system = Clock {
        Instant(microsecondsSinceUnixEpoch: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded()))
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
