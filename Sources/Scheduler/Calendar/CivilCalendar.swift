/// Proleptic Gregorian dates in UTC as days since 1970-01-01; no time zone, no locale, no process state.
enum CivilCalendar {
    static let secondsPerDay: Int64 = 86_400

    /// The date of a day number.
    static func date(day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // Years begin in March here, so that the leap day ends its year.
        let sinceMarch0000 = day + 719_468
        let era = floorDivide(sinceMarch0000, 146_097)
        let dayOfEra = sinceMarch0000 - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    /// The day number of a date; days and months beyond their range carry over.
    static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let era = floorDivide(marchYear, 400)
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + 365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The ISO-8601 year and week of a day number.
    static func isoWeek(day: Int64) -> (year: Int64, week: Int64) {
        // A week belongs to the year of its Thursday; day 0 was a Thursday.
        let thursday = floorDivide(day + 3, 7) * 7
        let year = date(day: thursday).year
        return (year, (thursday - self.day(year: year, month: 1, day: 1)) / 7 + 1)
    }

    /// The Monday of an ISO-8601 week.
    static func monday(isoYear: Int64, week: Int64) -> Int64 {
        // 4 January is always in week 1.
        let fourth = day(year: isoYear, month: 1, day: 4)
        return floorDivide(fourth + 3, 7) * 7 - 3 + (week - 1) * 7
    }

    /// The quotient rounded towards negative infinity.
    static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
