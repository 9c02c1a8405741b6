import Foundation
import GameRules
import TestServers
import Testing

@Suite("UTCDay")
struct UTCDayTests {
    @Test("covers midnight to midnight")
    func interval() throws {
        let day = try #require(UTCDay("2026-02-25"))
        #expect(day.start.rfc3339 == "2026-02-25T00:00:00.000Z")
        #expect(day.end.rfc3339 == "2026-02-26T00:00:00.000Z")
        #expect(day.contains(day.end.adding(microseconds: -1)))
        #expect(!day.contains(day.end))
        #expect(UTCDay(containing: Instant(microsecondsSinceUnixEpoch: -1)).description == "1969-12-31")
    }

    @Test("knows its parts, weekday, week and month")
    func parts() throws {
        let day = try #require(UTCDay(year: 2026, month: 2, day: 25))
        #expect(day.daysSinceUnixEpoch == 20_509)
        #expect([day.year, day.month, day.dayOfMonth] == [2026, 2, 25] as [Int])
        #expect(day.weekday == .wednesday)
        #expect(day.isoWeek.description == "2026-W09")
        #expect(day.calendarMonth.description == "2026-02")
        #expect(Weekday.allCases.map(\.shortName) == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
        #expect(Weekday.monday < .sunday)
    }

    @Test("walks over leap days")
    func leapDays() throws {
        #expect(try #require(UTCDay("2024-02-28")).next.description == "2024-02-29")
        #expect(try #require(UTCDay("2023-02-28")).next.description == "2023-03-01")
        #expect(try #require(UTCDay("2100-03-01")).previous.description == "2100-02-28")
        let year = try #require(UTCDay("2024-01-01"))...(try #require(UTCDay("2024-12-31")))
        #expect(year.count == 366)
    }

    @Test(
        "refuses other spellings and days that do not exist",
        arguments: ["", "2026-2-25", "2026-02-30", "2025-02-29", "2026/02/25", "20260225", "2026-02-25T", "-026-02-25", "2026-13-01"]
    )
    func refused(text: String) {
        #expect(UTCDay(text) == nil)
    }

    @Test("numbers every day of four centuries without a gap")
    func sweep() throws {
        var day = try #require(UTCDay("1899-12-31"))
        let last = try #require(UTCDay("2300-01-01"))
        var previous = (day.year, day.month, day.dayOfMonth)
        while day < last {
            day = day.next
            let parts = (day.year, day.month, day.dayOfMonth)
            #expect(previous < parts)
            #expect(parts.2 == previous.2 + 1 || parts.2 == 1)
            #expect(UTCDay(year: parts.0, month: parts.1, day: parts.2) == day)
            previous = parts
        }
    }

    @Test("agrees with Foundation's calendar")
    func agreesWithFoundation() throws {
        let calendar = try isoCalendar()
        var generator = SeededGenerator(seed: 10)
        for _ in 0..<3_000 {
            let instant = Instant(secondsSinceUnixEpoch: .random(in: -12_000_000_000...250_000_000_000, using: &generator))
            let parts = calendar.dateComponents([.year, .month, .day, .hour], from: instant.date)
            let day = UTCDay(containing: instant)
            #expect([day.year, day.month, day.dayOfMonth] as [Int?] == [parts.year, parts.month, parts.day] as [Int?])
            #expect(UTCHour(containing: instant).hourOfDay == parts.hour)
            #expect(UTCDay(day.description) == day)
        }
    }

    @Test("neither traps nor changes shape in the far past and future")
    func extremes() {
        #expect(UTCDay(daysSinceUnixEpoch: .max).description == "9999-12-31")
        #expect(UTCDay(daysSinceUnixEpoch: .min).description == "0000-01-01")
        #expect(UTCDay(daysSinceUnixEpoch: .max).next == UTCDay(daysSinceUnixEpoch: .max))
        #expect(UTCDay(daysSinceUnixEpoch: .min).start == Instant(microsecondsSinceUnixEpoch: .min))
        #expect(UTCDay(daysSinceUnixEpoch: .max).isoWeek.monday.weekday == .monday)
        #expect(UTCDay(year: 10_000, month: 1, day: 1) == nil)
    }

    @Test("is a string in JSON, like weeks and months")
    func coding() throws {
        struct Periods: Codable, Equatable {
            let day: UTCDay
            let week: ISOWeek
            let month: UTCMonth
        }
        let day = try #require(UTCDay("2026-02-25"))
        let periods = Periods(day: day, week: day.isoWeek, month: day.calendarMonth)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(periods)
        #expect(String(decoding: data, as: UTF8.self) == #"{"day":"2026-02-25","month":"2026-02","week":"2026-W09"}"#)
        #expect(try JSONDecoder().decode(Periods.self, from: data) == periods)
    }
}
