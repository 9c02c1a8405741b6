/// When a task is due, in UTC: once in every slot of a calendar grid, a fixed time after the slot begins.
///
/// The due key names the slot. Keys are a function of the calendar alone, so every process computes the same ones.
public struct Schedule: Hashable, Sendable {
    let grid: SlotGrid
    /// From the beginning of the slot to the due time.
    let offsetSeconds: Int64

    private init(_ grid: SlotGrid, offsetSeconds: Int64) {
        self.grid = grid
        self.offsetSeconds = offsetSeconds
    }

    /// Every `seconds` (at least 1), aligned to the Unix epoch, `offsetSeconds` after each multiple; the key names the multiple, as
    /// `2026-02-25T04:00`, with seconds when the period is not whole minutes.
    public static func every(seconds: Int, offsetSeconds: Int = 0) -> Schedule {
        let length = Int64(max(1, seconds))
        return Schedule(.seconds(length), offsetSeconds: min(max(0, Int64(offsetSeconds)), length - 1))
    }

    /// Once an hour at `minute` (0…59); the key names the hour, `2026-02-25T04:00`.
    public static func hourly(minute: Int) -> Schedule {
        Schedule(.hour, offsetSeconds: time(0, minute))
    }

    /// Once a day at `hour:minute`; the key names the day, `2026-02-25`.
    public static func daily(hour: Int, minute: Int) -> Schedule {
        Schedule(.day, offsetSeconds: time(hour, minute))
    }

    /// Once a week on `weekday` at `hour:minute`; the key names the ISO week that contains the due time, `2026-W09`.
    public static func weekly(_ weekday: Weekday, hour: Int, minute: Int) -> Schedule {
        Schedule(.week, offsetSeconds: Int64(weekday.rawValue) * CivilCalendar.secondsPerDay + time(hour, minute))
    }

    /// Once a month on `day` (1…28, so that every month has it) at `hour:minute`; the key names the month, `2026-02`.
    public static func monthly(day: Int, hour: Int, minute: Int) -> Schedule {
        Schedule(.month, offsetSeconds: Int64(min(max(1, day), 28) - 1) * CivilCalendar.secondsPerDay + time(hour, minute))
    }

    /// Times out of range are brought to its nearest end.
    private static func time(_ hour: Int, _ minute: Int) -> Int64 {
        Int64(min(max(0, hour), 23)) * 3_600 + Int64(min(max(0, minute), 59)) * 60
    }
}

extension Schedule {
    /// The last key due at or before an instant in Unix seconds.
    public func newestKey(atSeconds seconds: Int64) -> DueKey {
        key(slot: grid.slot(containing: seconds - offsetSeconds))
    }

    /// The first key due after an instant in Unix seconds.
    public func nextKey(afterSeconds seconds: Int64) -> DueKey {
        key(slot: grid.slot(containing: seconds - offsetSeconds) + 1)
    }

    /// The key that follows `key`.
    public func key(after key: DueKey) -> DueKey {
        nextKey(afterSeconds: key.dueAtSeconds)
    }

    /// The key that precedes `key`.
    public func key(before key: DueKey) -> DueKey {
        newestKey(atSeconds: key.dueAtSeconds - 1)
    }

    /// The key with this text; `nil` when the text is not a key of this schedule.
    public func key(named text: String) -> DueKey? {
        grid.slot(named: text).map(key(slot:))
    }

    private func key(slot: Int64) -> DueKey {
        DueKey(grid: grid, slot: slot, dueAtSeconds: grid.start(of: slot) + offsetSeconds)
    }
}

extension Schedule: CustomStringConvertible {
    /// For people: `every 30 s`, `hourly at :07`, `daily at 04:00`, `monday at 00:05`, `monthly on 1 at 00:00`, in UTC.
    public var description: String {
        let day = offsetSeconds / CivilCalendar.secondsPerDay
        let second = offsetSeconds % CivilCalendar.secondsPerDay
        func padded(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let time = padded(second / 3_600) + ":" + padded(second / 60 % 60)
        switch grid {
        case .seconds(let length): return offsetSeconds == 0 ? "every \(length) s" : "every \(length) s, \(offsetSeconds) s after"
        case .hour: return "hourly at :" + padded(second / 60)
        case .day: return "daily at \(time)"
        case .week: return "\(Weekday(rawValue: Int(day)) ?? .monday) at \(time)"
        case .month: return "monthly on \(day + 1) at \(time)"
        }
    }
}
