/// What happens to runs that were missed while nobody could start them (spec 11 §7).
public enum CatchUp: Hashable, Sendable {
    /// Every missed key runs, oldest first, one after the other.
    case everyMissedKey
    /// Only the newest due key runs; older ones are dropped.
    case newestOnly
    /// Only the newest due key runs, and only if it can start within so many seconds of its due time; later it is dropped too.
    case newestWithin(seconds: Int64)
}
