/// Unix seconds with a fraction, as the pool (JSON number) and the event streams (decimal text) write them: spec 03a.
extension Instant {
    /// From Unix seconds with a binary fraction, rounded to the nearest microsecond; `nil` when not finite or out of range.
    public init?(unixSeconds seconds: Double) {
        guard let microseconds = Int64(exactly: (seconds * 1_000_000).rounded()) else { return nil }
        self.init(microsecondsSinceUnixEpoch: microseconds)
    }

    /// Unix seconds as a binary fraction; exact to the microsecond below 2^32 seconds (February 2106).
    public var unixSeconds: Double {
        Double(microsecondsSinceUnixEpoch) / 1_000_000
    }

    /// Parses `[-]SECONDS[.FRACTION]` with at most 18 second digits and 1 to 9 fraction digits, truncated to microseconds.
    public init?(decimalSeconds text: String) {
        guard let instant = ASCIIReader.parse(text, { $0.decimalSeconds() }) else { return nil }
        self = instant
    }

    /// Decimal Unix seconds with exactly six fraction digits, `1772000000.123456`.
    public var decimalSeconds: String {
        let magnitude = microsecondsSinceUnixEpoch.magnitude
        let (seconds, fraction) = magnitude.quotientAndRemainder(dividingBy: UInt64(Self.microsecondsPerSecond))
        let digits = ASCIIWriter.string(count: 6) { $0.digits(Int(fraction), count: 6) }
        return (microsecondsSinceUnixEpoch < 0 ? "-" : "") + String(seconds) + "." + digits
    }
}

extension ASCIIReader {
    fileprivate mutating func decimalSeconds() -> Instant? {
        let isNegative = skip(Character.hyphen)
        let start = position
        var seconds: Int64 = 0
        while let digit = digit() {
            guard position - start <= 18 else { return nil }
            seconds = seconds * 10 + Int64(digit)
        }
        guard position > start else { return nil }
        var fraction: Int64 = 0
        if skip(Character.point) {
            guard let microseconds = fractionMicroseconds() else { return nil }
            fraction = microseconds
        }
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: Instant.microsecondsPerSecond)
        // The negative side reaches one microsecond further; both sides are refused from the same point, far beyond any use.
        guard !overflow, whole <= Int64.max - fraction else { return nil }
        return Instant(microsecondsSinceUnixEpoch: isNegative ? -(whole + fraction) : whole + fraction)
    }
}
