/// A date of the proleptic Gregorian calendar and its conversion to and from days since 1970-01-01.
///
/// Years are counted from March inside, so the leap day is the last day of its year and needs no special case.
struct CivilDate: Equatable {
    let year: Int
    /// 1…12.
    let month: Int
    /// 1…31.
    let day: Int

    private static let daysPerEra = 146_097
    private static let yearsPerEra = 400
    /// Days from 0000-03-01, where the first era begins, to 1970-01-01.
    private static let epochOffset = 719_468

    /// A validated date; `nil` for a month or day that does not exist.
    init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), day >= 1, day <= Self.dayCount(year: year, month: month) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSinceUnixEpoch days: Int) {
        let shifted = days + Self.epochOffset
        let era = shifted.floorDivided(by: Self.daysPerEra)
        let dayOfEra = shifted - era * Self.daysPerEra
        // Take out the leap days passed so far (every 4, not every 100, but every 400 years), then whole years divide evenly.
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // March-based months repeat 31,30,31,30,31 days: 153 days in five months.
        let marchMonth = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        self.month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        self.year = era * Self.yearsPerEra + yearOfEra + (marchMonth < 10 ? 0 : 1)
    }

    var daysSinceUnixEpoch: Int {
        let marchYear = month > 2 ? year : year - 1
        let era = marchYear.floorDivided(by: Self.yearsPerEra)
        let yearOfEra = marchYear - era * Self.yearsPerEra
        let marchMonth = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
        let dayOfEra = 365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * Self.daysPerEra + dayOfEra - Self.epochOffset
    }

    static func isLeap(year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// The number of days of a month 1…12.
    static func dayCount(year: Int, month: Int) -> Int {
        switch month {
        case 2: isLeap(year: year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The first and last day that four year digits can show; texts of dates outside are clamped to them.
    static let textRange = -719_528...2_932_896
}
