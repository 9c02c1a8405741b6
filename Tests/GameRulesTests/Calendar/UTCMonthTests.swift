import GameRules
import Testing

@Suite("UTCMonth and UTCHour")
struct UTCMonthTests {
    @Test("covers the 1st to the next 1st")
    func interval() throws {
        let month = try #require(UTCMonth("2026-02"))
        #expect(month.start.rfc3339 == "2026-02-01T00:00:00.000Z")
        #expect(month.end.rfc3339 == "2026-03-01T00:00:00.000Z")
        #expect(month.contains(month.end.adding(microseconds: -1)))
        #expect(!month.contains(month.end))
        #expect(month.lastDay.description == "2026-02-28")
        #expect(month.days.count == 28)
        #expect(UTCMonth("2024-02")?.dayCount == 29)
    }

    @Test("walks across years without a gap")
    func neighbours() throws {
        var month = try #require(UTCMonth("1968-11"))
        #expect(month.index == -14)
        for _ in 0..<1_200 {
            #expect(month.end == month.next.start)
            #expect(UTCMonth(containing: month.lastDay) == month)
            #expect(UTCMonth(containing: month.end.adding(microseconds: -1)) == month)
            #expect(UTCMonth(month.description) == month)
            month = month.next
        }
        #expect(month.description == "2068-11")
    }

    @Test("refuses other spellings", arguments: ["2026-13", "2026-00", "2026-2", "202602", "2026-02-01", "", "2026-W9"])
    func refused(text: String) {
        #expect(UTCMonth(text) == nil)
    }

    @Test("neither traps nor changes shape in the far past and future")
    func extremes() {
        #expect(UTCMonth(containing: Instant(microsecondsSinceUnixEpoch: .max)).description == "9999-12")
        #expect(UTCMonth(containing: Instant(microsecondsSinceUnixEpoch: .min)).description == "0000-01")
        #expect(UTCMonth(index: .max).next == UTCMonth(index: .max))
        #expect(UTCMonth(index: .min).days.count > 0)
    }

    @Test("buckets instants into hours")
    func hours() throws {
        let instant = try #require(Instant("2026-02-25T04:59:59.999999Z"))
        let hour = UTCHour(containing: instant)
        #expect(hour.description == "2026-02-25T04")
        #expect(hour.start.rfc3339 == "2026-02-25T04:00:00.000Z")
        #expect(hour.next.start == hour.end)
        #expect(hour.contains(instant))
        #expect(hour.day.hour(4) == hour)
        #expect(UTCHour(containing: Instant(microsecondsSinceUnixEpoch: -1)).description == "1969-12-31T23")
        #expect(UTCHour(index: .max).next == UTCHour(index: .max))
        #expect((hour...hour.advanced(by: 23)).count == 24)
    }
}
