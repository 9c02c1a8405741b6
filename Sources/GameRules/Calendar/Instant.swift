/// A point in time: whole microseconds since 1970-01-01T00:00:00Z, without leap seconds (the resolution of PostgreSQL's `timestamptz`).
///
/// Arithmetic saturates at the ends of the range (about the years −290,308 and 294,247) instead of trapping, so no input can crash a
/// rule that adds a duration.
public struct Instant: Hashable, Sendable {
    /// Microseconds since the Unix epoch; negative before it.
    public let microsecondsSinceUnixEpoch: Int64

    /// The instant `microseconds` after the Unix epoch.
    public init(microsecondsSinceUnixEpoch microseconds: Int64) {
        self.microsecondsSinceUnixEpoch = microseconds
    }

    /// The instant `milliseconds` after the Unix epoch.
    public init(millisecondsSinceUnixEpoch milliseconds: Int64) {
        self.init(microsecondsSinceUnixEpoch: milliseconds.saturatingMultiplied(by: Self.microsecondsPerMillisecond))
    }

    /// The instant `seconds` after the Unix epoch.
    public init(secondsSinceUnixEpoch seconds: Int64) {
        self.init(microsecondsSinceUnixEpoch: seconds.saturatingMultiplied(by: Self.microsecondsPerSecond))
    }

    /// 1970-01-01T00:00:00Z.
    public static let unixEpoch = Instant(microsecondsSinceUnixEpoch: 0)

    /// Whole milliseconds since the Unix epoch, rounded down.
    public var millisecondsSinceUnixEpoch: Int64 {
        microsecondsSinceUnixEpoch.floorDivided(by: Self.microsecondsPerMillisecond)
    }

    /// Whole seconds since the Unix epoch, rounded down.
    public var secondsSinceUnixEpoch: Int64 {
        microsecondsSinceUnixEpoch.floorDivided(by: Self.microsecondsPerSecond)
    }

    static let microsecondsPerMillisecond: Int64 = 1_000
    static let microsecondsPerSecond: Int64 = 1_000_000
    static let microsecondsPerHour: Int64 = 3_600_000_000
    static let microsecondsPerDay: Int64 = 86_400_000_000
}

extension Instant: Comparable {
    /// Earlier instants come first.
    public static func < (left: Instant, right: Instant) -> Bool {
        left.microsecondsSinceUnixEpoch < right.microsecondsSinceUnixEpoch
    }
}
