/// A UTC calendar month, `2026-02`.
public struct UTCMonth: CalendarPeriod {
    /// Months since January 1970.
    public let index: Int

    /// The month with this number of months since January 1970, clamped to the months of 32-bit days.
    public init(index: Int) {
        self.index = min(max(index, Self.indexRange.lowerBound), Self.indexRange.upperBound)
    }

    /// A month by calendar year 0000–9999 and month 1…12; `nil` for anything else.
    public init?(year: Int, month: Int) {
        guard (0...9999).contains(year), (1...12).contains(month) else { return nil }
        self.init(index: (year - 1970) * 12 + month - 1)
    }

    /// The month that contains `day`.
    public init(containing day: UTCDay) {
        let date = day.date
        self.init(index: (date.year - 1970) * 12 + date.month - 1)
    }

    /// The month that contains `instant`.
    public init(containing instant: Instant) {
        self.init(containing: UTCDay(containing: instant))
    }

    /// The first instant of the 1st.
    public var start: Instant { firstDay.start }

    /// The calendar year.
    public var year: Int { 1970 + index.floorDivided(by: 12) }

    /// The month of the year, 1…12.
    public var number: Int { index.floorModulo(12) + 1 }

    /// The 1st.
    public var firstDay: UTCDay {
        UTCDay(index: CivilDate(year: year, month: number, day: 1)?.daysSinceUnixEpoch ?? 0)
    }

    /// The 28th to 31st.
    public var lastDay: UTCDay { firstDay.advanced(by: dayCount - 1) }

    /// The days of the month, the 1st first.
    public var days: ClosedRange<UTCDay> { firstDay...lastDay }

    /// 28…31.
    public var dayCount: Int { CivilDate.dayCount(year: year, month: number) }

    private static let indexRange = -70_555_000...70_555_000
}

extension UTCMonth: LosslessStringConvertible, Codable {
    /// `YYYY-MM`, clamped to the years 0000–9999.
    public var description: String {
        let shownYear = min(max(year, 0), 9999)
        let shownMonth = year < 0 ? 1 : year > 9999 ? 12 : number
        return ASCIIWriter.string(count: 7) {
            $0.digits(shownYear, count: 4)
            $0.byte(ASCIIReader.Character.hyphen)
            $0.digits(shownMonth, count: 2)
        }
    }

    /// Parses exactly `YYYY-MM`.
    public init?(_ text: String) {
        let month = ASCIIReader.parse(text) { reader -> UTCMonth? in
            guard let year = reader.digits(4), reader.skip(ASCIIReader.Character.hyphen), let month = reader.digits(2) else { return nil }
            return UTCMonth(year: year, month: month)
        }
        guard let month else { return nil }
        self = month
    }

    /// Decodes `YYYY-MM`.
    public init(from decoder: any Decoder) throws {
        self = try decoder.singleValueContainer().decodeText("a month YYYY-MM")
    }

    /// Encodes `YYYY-MM`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
