import Foundation
import GameRules
import TestServers
import Testing

@Suite("ISOWeek")
struct ISOWeekTests {
    @Test(
        "matches the reference values of spec 05 §2",
        arguments: [
            ("2026-02-22T23:59:59.999Z", "2026-W08", "2026-02-16"), ("2026-02-23T00:00:00Z", "2026-W09", "2026-02-23"),
            ("2026-03-01T23:59:59.999Z", "2026-W09", "2026-02-23"), ("2026-03-16T12:00:00Z", "2026-W12", "2026-03-16"),
            ("2024-12-30T00:00:00Z", "2025-W01", "2024-12-30"), ("2025-12-28T23:59:00Z", "2025-W52", "2025-12-22"),
            ("2025-12-29T00:00:00Z", "2026-W01", "2025-12-29"), ("2027-01-03T23:59:00Z", "2026-W53", "2026-12-28"),
            ("2027-01-04T00:00:00Z", "2027-W01", "2027-01-04"), ("1970-01-01T00:00:00Z", "1970-W01", "1969-12-29"),
        ]
    )
    func reference(instant: String, week: String, monday: String) throws {
        let found = ISOWeek(containing: try #require(Instant(instant)))
        #expect(found.description == week)
        #expect(found.monday.description == monday)
        #expect(ISOWeek(week) == found)
        #expect(found.start.rfc3339 == monday + "T00:00:00.000Z")
    }

    @Test("is the half-open interval from Monday to Monday")
    func interval() throws {
        let week = try #require(ISOWeek("2026-W09"))
        #expect(week.contains(week.start))
        #expect(week.contains(week.end.adding(microseconds: -1)))
        #expect(!week.contains(week.end))
        #expect(!week.contains(week.start.adding(microseconds: -1)))
        #expect(week.end == week.next.start)
        #expect(week.days.map(\.description).first == "2026-02-23")
        #expect(week.days.count == 7)
        #expect(week.sunday.description == "2026-03-01")
        #expect(week.day(.wednesday).description == "2026-02-25")
    }

    @Test("walks across years, through week 53 where there is one")
    func neighbours() throws {
        let last = try #require(ISOWeek("2026-W53"))
        #expect(last.next.description == "2027-W01")
        #expect(last.next.previous == last)
        #expect(ISOWeek("2025-W52")?.next.description == "2026-W01")
        #expect(ISOWeek("2026-W52")?.next == last)
    }

    @Test("counts the week index from 1970-01-05")
    func index() {
        #expect(UTCDay("1970-01-05")?.isoWeek.index == 0)
        #expect(UTCDay("1970-01-04")?.isoWeek.index == -1)
        #expect(UTCDay("1970-01-12")?.isoWeek.index == 1)
    }

    @Test(
        "refuses weeks that do not exist and other spellings",
        arguments: [
            "2025-W53", "2027-W53", "2026-W54", "2026-W00", "2026W09", "2026-w09", "2026-W9", "2026-W090", "2026-09", "", "W09",
            "0000-W01", "9999-W01",
        ]
    )
    func refused(text: String) {
        #expect(ISOWeek(text) == nil)
    }

    @Test("knows every 53-week year of a 400-year cycle")
    func longYears() {
        let long = (2000..<2400).filter { ISOWeek(year: $0, week: 53) != nil }
        #expect(long.count == 71)
        #expect(Array(long.prefix(5)) == [2004, 2009, 2015, 2020, 2026] as [Int])
    }

    @Test("agrees with Foundation's ISO calendar and round-trips as text")
    func agreesWithFoundation() throws {
        let calendar = try isoCalendar()
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<3_000 {
            let instant = Instant(secondsSinceUnixEpoch: .random(in: 0...13_000_000_000, using: &generator))
            let parts = calendar.dateComponents([.yearForWeekOfYear, .weekOfYear, .weekday], from: instant.date)
            let week = ISOWeek(containing: instant)
            #expect(week.year == parts.yearForWeekOfYear)
            #expect(week.number == parts.weekOfYear)
            #expect(ISOWeek(week.description) == week)
            #expect(UTCDay(containing: instant).weekday.rawValue == ((parts.weekday ?? 0) + 5) % 7)
        }
    }

    @Test("neither traps nor changes shape in the far past and future")
    func extremes() {
        #expect(ISOWeek(containing: Instant(microsecondsSinceUnixEpoch: .max)).description == "9998-W52")
        #expect(ISOWeek(containing: Instant(microsecondsSinceUnixEpoch: .min)).description == "0001-W01")
        #expect(ISOWeek(index: .max).next == ISOWeek(index: .max))
        #expect(ISOWeek(index: .min).previous == ISOWeek(index: .min))
        #expect(ISOWeek(index: .max).number >= 1)
    }
}
