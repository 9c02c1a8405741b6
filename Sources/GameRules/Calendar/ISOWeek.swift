/// An ISO-8601 week in UTC, `2026-W09`: Monday 00:00:00.000 up to, not including, the next Monday (spec 05 §2).
///
/// The year is the ISO year, the one that holds the week's Thursday: 2026-W01 begins on 2025-12-29.
public struct ISOWeek: CalendarPeriod {
    /// The week index: whole weeks since Monday 1970-01-05.
    public let index: Int

    /// The week with this week index, clamped to the weeks of 32-bit days.
    public init(index: Int) {
        self.index = min(max(index, Self.indexRange.lowerBound), Self.indexRange.upperBound)
    }

    /// A week by ISO year 0001–9998 and number; `nil` for week 53 of a year that has 52.
    public init?(year: Int, week: Int) {
        guard (1...9998).contains(year), (1...53).contains(week), let fourth = UTCDay(year: year, month: 1, day: 4) else { return nil }
        // 4 January always lies in week 1.
        let candidate = ISOWeek(containing: fourth).advanced(by: week - 1)
        guard candidate.year == year else { return nil }
        self = candidate
    }

    /// The week that contains `day`.
    public init(containing day: UTCDay) {
        self.init(index: (day.index - Self.firstMonday).floorDivided(by: 7))
    }

    /// The week that contains `instant`.
    public init(containing instant: Instant) {
        self.init(containing: UTCDay(containing: instant))
    }

    /// Monday 00:00:00.000.
    public var start: Instant { monday.start }

    /// The first day, `week_start` on the wire and in the database.
    public var monday: UTCDay { UTCDay(index: index * 7 + Self.firstMonday) }

    /// The last day.
    public var sunday: UTCDay { monday.advanced(by: 6) }

    /// The seven days, Monday first.
    public var days: ClosedRange<UTCDay> { monday...sunday }

    /// The given day of this week.
    public func day(_ weekday: Weekday) -> UTCDay { monday.advanced(by: weekday.rawValue) }

    /// The ISO year.
    public var year: Int { thursday.year }

    /// The number within the ISO year, 1…53.
    public var number: Int {
        let thursday = thursday
        guard let newYear = CivilDate(year: thursday.year, month: 1, day: 1) else { return 1 }
        return (thursday.index - newYear.daysSinceUnixEpoch) / 7 + 1
    }

    private var thursday: UTCDay { day(.thursday) }

    /// 1970-01-05 in days since the epoch.
    private static let firstMonday = 4
    private static let indexRange = -306_783_378...306_783_377
}

extension ISOWeek: LosslessStringConvertible, Codable {
    /// `YYYY-Www`, `week_iso` on the wire; clamped to the weeks 0001-W01 – 9998-W52.
    public var description: String {
        let shown = min(max(self, Self.earliestText), Self.latestText)
        return ASCIIWriter.string(count: 8) {
            $0.digits(shown.year, count: 4)
            $0.byte(ASCIIReader.Character.hyphen)
            $0.byte(ASCIIReader.Character.w)
            $0.digits(shown.number, count: 2)
        }
    }

    /// Parses exactly `YYYY-Www`; `nil` for anything else and for weeks that do not exist.
    public init?(_ text: String) {
        let week = ASCIIReader.parse(text) { reader -> ISOWeek? in
            guard let year = reader.digits(4), reader.skip(ASCIIReader.Character.hyphen), reader.skip(ASCIIReader.Character.w),
                let number = reader.digits(2)
            else { return nil }
            return ISOWeek(year: year, week: number)
        }
        guard let week else { return nil }
        self = week
    }

    /// Decodes `YYYY-Www`.
    public init(from decoder: any Decoder) throws {
        self = try decoder.singleValueContainer().decodeText("an ISO week YYYY-Www")
    }

    /// Encodes `YYYY-Www`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    private static let earliestText = ISOWeek(year: 1, week: 1) ?? ISOWeek(index: 0)
    private static let latestText = ISOWeek(year: 9998, week: 52) ?? ISOWeek(index: 0)
}
