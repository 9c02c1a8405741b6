extension Instant {
    /// This instant moved by `microseconds`; saturating.
    public func adding(microseconds: Int64) -> Instant {
        Instant(microsecondsSinceUnixEpoch: microsecondsSinceUnixEpoch.saturatingAdded(microseconds))
    }

    /// This instant moved by `milliseconds`; saturating.
    public func adding(milliseconds: Int64) -> Instant {
        adding(microseconds: milliseconds.saturatingMultiplied(by: Self.microsecondsPerMillisecond))
    }

    /// This instant moved by `seconds`; saturating.
    public func adding(seconds: Int64) -> Instant {
        adding(microseconds: seconds.saturatingMultiplied(by: Self.microsecondsPerSecond))
    }

    /// Microseconds from `earlier` to this instant, negative when it is later; saturating.
    public func microseconds(since earlier: Instant) -> Int64 {
        let (difference, overflow) = microsecondsSinceUnixEpoch.subtractingReportingOverflow(earlier.microsecondsSinceUnixEpoch)
        return overflow ? (microsecondsSinceUnixEpoch < 0 ? .min : .max) : difference
    }

    /// Whole milliseconds from `earlier` to this instant, rounded down.
    public func milliseconds(since earlier: Instant) -> Int64 {
        microseconds(since: earlier).floorDivided(by: Self.microsecondsPerMillisecond)
    }

    /// Whole seconds from `earlier` to this instant, rounded down.
    public func seconds(since earlier: Instant) -> Int64 {
        microseconds(since: earlier).floorDivided(by: Self.microsecondsPerSecond)
    }
}

/// `Duration` arithmetic (`instant + .seconds(5)`, `later - earlier`); sub-microsecond parts are dropped.
extension Instant: InstantProtocol {
    /// This instant moved by `duration`; saturating.
    public func advanced(by duration: Duration) -> Instant {
        let (seconds, attoseconds) = duration.components
        return adding(seconds: seconds).adding(microseconds: attoseconds / 1_000_000_000_000)
    }

    /// The duration from this instant to `other`.
    public func duration(to other: Instant) -> Duration {
        .microseconds(other.microseconds(since: self))
    }
}

extension Int64 {
    func saturatingAdded(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    func saturatingMultiplied(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? ((self < 0) == (factor < 0) ? .max : .min) : product
    }
}
