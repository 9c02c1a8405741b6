/// The names of slots: `2026-02-25T04:00:30`, `2026-02-25T04:00`, `2026-02-25`, `2026-W09`, `2026-02`.
extension SlotGrid {
    /// The due key text of a slot.
    func text(of slot: Int64) -> String {
        let start = start(of: slot)
        let day = CivilCalendar.floorDivide(start, CivilCalendar.secondsPerDay)
        let second = start - day * CivilCalendar.secondsPerDay
        let date = CivilCalendar.date(day: day)
        let month = Self.padded(date.year, 4) + "-" + Self.padded(date.month, 2)
        let dayText = month + "-" + Self.padded(date.day, 2)
        let minuteText = dayText + "T" + Self.padded(second / 3_600, 2) + ":" + Self.padded(second / 60 % 60, 2)
        switch self {
        case .seconds(let length) where length % 60 == 0: return minuteText
        case .seconds: return minuteText + ":" + Self.padded(second % 60, 2)
        case .hour: return minuteText
        case .day: return dayText
        case .week:
            let week = CivilCalendar.isoWeek(day: day)
            return Self.padded(week.year, 4) + "-W" + Self.padded(week.week, 2)
        case .month: return month
        }
    }

    /// The slot a text names; `nil` when the text is not exactly the name of a slot of this grid.
    func slot(named text: String) -> Int64? {
        // Read the numbers leniently; writing the slot again proves that nothing else was in the text.
        let numbers = text.split { !("0"..."9").contains($0) }.map { Int64($0) }
        guard !numbers.contains(nil), numbers.count >= 2 else { return nil }
        func number(_ index: Int, _ otherwise: Int64) -> Int64 {
            index < numbers.count ? numbers[index] ?? otherwise : otherwise
        }
        // Bounds first: they keep the arithmetic from overflowing.
        guard (0...9_999).contains(number(0, 0)), (1...numbers.count - 1).allSatisfy({ (0...60).contains(number($0, 0)) }) else {
            return nil
        }
        let day =
            self == .week
            ? CivilCalendar.monday(isoYear: number(0, 0), week: number(1, 1))
            : CivilCalendar.day(year: number(0, 0), month: number(1, 1), day: number(2, 1))
        let seconds = day * CivilCalendar.secondsPerDay + number(3, 0) * 3_600 + number(4, 0) * 60 + number(5, 0)
        let slot = slot(containing: seconds)
        return self.text(of: slot) == text ? slot : nil
    }

    private static func padded(_ value: Int64, _ count: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
}
