import Foundation
import Scheduler
import Testing

@Suite("Schedule against Foundation's calendar")
struct ScheduleCalendarTests {
    @Test("agrees on the day, the ISO week and the month of every key")
    func agrees() throws {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        let weekly = Schedule.weekly(.wednesday, hour: 7, minute: 30)
        let daily = Schedule.daily(hour: 7, minute: 30)
        let monthly = Schedule.monthly(day: 15, hour: 7, minute: 30)
        for _ in 0..<1_500 {
            let instant = Int64.random(in: 0...30_000_000_000)
            func parts(_ key: DueKey) -> DateComponents {
                calendar.dateComponents(
                    [.year, .month, .day, .weekday, .hour, .minute, .weekOfYear, .yearForWeekOfYear],
                    from: Date(timeIntervalSince1970: Double(key.dueAtSeconds))
                )
            }
            let week = weekly.newestKey(atSeconds: instant)
            let inWeek = parts(week)
            #expect(week.text == text("%04d-W%02d", inWeek.yearForWeekOfYear, inWeek.weekOfYear))
            #expect(inWeek.weekday == 4 && inWeek.hour == 7 && inWeek.minute == 30)
            let day = daily.newestKey(atSeconds: instant)
            let inDay = parts(day)
            #expect(day.text == text("%04d-%02d", inDay.year, inDay.month) + text("-%02d", inDay.day))
            let month = monthly.newestKey(atSeconds: instant)
            let inMonth = parts(month)
            #expect(month.text == text("%04d-%02d", inMonth.year, inMonth.month))
            #expect(inMonth.day == 15)
        }
    }

    private func text(_ format: String, _ numbers: Int?...) -> String {
        String(format: format, arguments: numbers.map { $0 ?? -1 })
    }
}

/// `YYYY-MM-DDTHH:MM:SSZ` in Unix seconds, by an independent parser.
func unixSeconds(_ text: String) throws -> Int64 {
    Int64(try Date(text, strategy: .iso8601).timeIntervalSince1970)
}

/// `YYYY-MM-DDTHH:MM:SSZ` in Unix milliseconds.
func unixMilliseconds(_ text: String) throws -> Int64 {
    try unixSeconds(text) * 1_000
}
