/// One cell of a UTC calendar grid: an hour, a day, an ISO week or a month.
///
/// A period is the half-open interval `start..<end`. Periods of one kind are numbered without gaps, so ranges of them can be walked:
/// `for day in week.firstDay...today`. No time zone but UTC is ever involved.
public protocol CalendarPeriod: Strideable, Hashable, Sendable, CustomStringConvertible where Stride == Int {
    /// The number of periods since the one numbered 0; neighbours differ by exactly 1, across years too.
    var index: Int { get }

    /// The period with this number.
    init(index: Int)

    /// The period that contains `instant`.
    init(containing instant: Instant)

    /// The first instant of the period.
    var start: Instant { get }
}

extension CalendarPeriod {
    /// The first instant after the period: the start of the next one.
    public var end: Instant { next.start }

    /// The period that begins where this one ends.
    public var next: Self { advanced(by: 1) }

    /// The period that ends where this one begins.
    public var previous: Self { advanced(by: -1) }

    /// Whether `instant` lies in `start..<end`.
    public func contains(_ instant: Instant) -> Bool {
        instant >= start && instant < end
    }

    /// The number of periods from this one to `other`, negative when `other` is earlier.
    public func distance(to other: Self) -> Int { other.index - index }

    /// The period `count` places later, or earlier when negative.
    public func advanced(by count: Int) -> Self {
        let (sum, overflow) = index.addingReportingOverflow(count)
        return Self(index: overflow ? (count < 0 ? .min : .max) : sum)
    }

    /// Earlier periods come first.
    public static func < (left: Self, right: Self) -> Bool { left.index < right.index }

    /// Periods with the same number are the same period.
    public static func == (left: Self, right: Self) -> Bool { left.index == right.index }
}
