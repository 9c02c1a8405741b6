/// The calendar cells a schedule counts in. A slot is named by its due key and lasts until the next one begins.
enum SlotGrid: Hashable, Sendable {
    /// Slots of equal length, aligned to the Unix epoch.
    case seconds(Int64)
    case hour
    case day
    /// ISO-8601 weeks, from Monday.
    case week
    case month

    /// The number of the slot that contains an instant in Unix seconds; neighbouring slots have neighbouring numbers.
    func slot(containing seconds: Int64) -> Int64 {
        let day = CivilCalendar.floorDivide(seconds, CivilCalendar.secondsPerDay)
        switch self {
        case .seconds(let length): return CivilCalendar.floorDivide(seconds, length)
        case .hour: return CivilCalendar.floorDivide(seconds, 3_600)
        case .day: return day
        case .week: return CivilCalendar.floorDivide(day + 3, 7)
        case .month:
            let date = CivilCalendar.date(day: day)
            return date.year * 12 + date.month - 1
        }
    }

    /// The first second of a slot, in Unix seconds.
    func start(of slot: Int64) -> Int64 {
        switch self {
        case .seconds(let length): slot * length
        case .hour: slot * 3_600
        case .day: slot * CivilCalendar.secondsPerDay
        case .week: (slot * 7 - 3) * CivilCalendar.secondsPerDay
        case .month:
            CivilCalendar.day(
                year: CivilCalendar.floorDivide(slot, 12),
                month: slot - CivilCalendar.floorDivide(slot, 12) * 12 + 1,
                day: 1
            ) * CivilCalendar.secondsPerDay
        }
    }
}
