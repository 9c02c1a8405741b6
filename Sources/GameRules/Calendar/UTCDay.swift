/// A UTC calendar day, `YYYY-MM-DD`; stored as days since 1970-01-01, the shape of a PostgreSQL `date`.
public struct UTCDay: CalendarPeriod {
    /// Days since 1970-01-01; negative before it.
    public let daysSinceUnixEpoch: Int32

    /// The day this many days after 1970-01-01.
    public init(daysSinceUnixEpoch days: Int32) {
        self.daysSinceUnixEpoch = days
    }

    /// The day of a proleptic Gregorian date; `nil` when it does not exist or lies outside the years 0000–9999.
    public init?(year: Int, month: Int, day: Int) {
        guard (0...9999).contains(year), let date = CivilDate(year: year, month: month, day: day) else { return nil }
        self.init(index: date.daysSinceUnixEpoch)
    }

    /// Days since 1970-01-01.
    public var index: Int { Int(daysSinceUnixEpoch) }

    /// The day this many days after 1970-01-01, clamped to 32 bits.
    public init(index: Int) {
        self.init(daysSinceUnixEpoch: Int32(clamping: index))
    }

    /// The UTC day of `instant`.
    public init(containing instant: Instant) {
        self.init(index: Int(instant.microsecondsSinceUnixEpoch.floorDivided(by: Instant.microsecondsPerDay)))
    }

    /// Midnight at the beginning of the day.
    public var start: Instant {
        Instant(microsecondsSinceUnixEpoch: Int64(daysSinceUnixEpoch).saturatingMultiplied(by: Instant.microsecondsPerDay))
    }

    /// The calendar year.
    public var year: Int { date.year }
    /// The month of the year, 1…12.
    public var month: Int { date.month }
    /// The day of the month, 1…31.
    public var dayOfMonth: Int { date.day }

    /// Monday … Sunday.
    public var weekday: Weekday {
        // 1970-01-01 was a Thursday, number 3.
        Weekday.allCases[(index + 3).floorModulo(7)]
    }

    /// The ISO week that contains this day.
    public var isoWeek: ISOWeek { ISOWeek(containing: self) }

    /// The calendar month that contains this day.
    public var calendarMonth: UTCMonth { UTCMonth(containing: self) }

    /// The hour `0…23` of this day.
    public func hour(_ hour: Int) -> UTCHour { UTCHour(index: index * 24 + hour) }

    var date: CivilDate { CivilDate(daysSinceUnixEpoch: index) }
}

extension UTCDay: LosslessStringConvertible, Codable {
    /// `YYYY-MM-DD`, clamped to the years 0000–9999.
    public var description: String {
        let shown = min(max(index, CivilDate.textRange.lowerBound), CivilDate.textRange.upperBound)
        return ASCIIWriter.string(count: 10) { $0.date(CivilDate(daysSinceUnixEpoch: shown)) }
    }

    /// Parses exactly `YYYY-MM-DD`; `nil` for anything else and for days that do not exist.
    public init?(_ text: String) {
        guard let date = ASCIIReader.parse(text, { $0.date() }) else { return nil }
        self.init(index: date.daysSinceUnixEpoch)
    }

    /// Decodes `YYYY-MM-DD`.
    public init(from decoder: any Decoder) throws {
        self = try decoder.singleValueContainer().decodeText("a date YYYY-MM-DD")
    }

    /// Encodes `YYYY-MM-DD`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension ASCIIReader {
    /// `YYYY-MM-DD` of a day that exists.
    mutating func date() -> CivilDate? {
        guard let year = digits(4), skip(Character.hyphen), let month = digits(2), skip(Character.hyphen), let day = digits(2)
        else { return nil }
        return CivilDate(year: year, month: month, day: day)
    }
}
