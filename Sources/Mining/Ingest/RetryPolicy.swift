import Postgres
import Redis

/// Which errors pass by themselves: those of a missing server, a lock or a serialisation, not those of the data.
enum RetryPolicy {
    static func isPassing(_ error: any Error) -> Bool {
        switch error {
        case let error as PostgresError: error.isUnavailable || error.isDeadlock || error.isSerializationFailure
        case is RedisError, is CancellationError: true
        default: false
        }
    }
}

/// Waits that double from 0.1 s to 5 s (spec 03a §6.2).
struct RetryDelay {
    private var upcoming = Duration.milliseconds(100)

    mutating func next() -> Duration {
        defer { upcoming = min(upcoming * 2, .seconds(5)) }
        return upcoming
    }

    mutating func reset() { upcoming = .milliseconds(100) }
}
