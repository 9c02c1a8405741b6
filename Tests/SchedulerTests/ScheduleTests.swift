import Scheduler
import Testing

@Suite("Schedule")
struct ScheduleTests {
    @Test(
        "names the slot of the newest due time",
        arguments: [
            (Schedule.every(seconds: 30), "2026-02-25T04:00:59Z", "2026-02-25T04:00:30", "2026-02-25T04:00:30Z"),
            (.every(seconds: 300), "2026-02-25T04:07:00Z", "2026-02-25T04:05", "2026-02-25T04:05:00Z"),
            (.every(seconds: 300, offsetSeconds: 5), "2026-02-25T04:05:04Z", "2026-02-25T04:00", "2026-02-25T04:00:05Z"),
            (.every(seconds: 300, offsetSeconds: 5), "2026-02-25T04:05:05Z", "2026-02-25T04:05", "2026-02-25T04:05:05Z"),
            (.hourly(minute: 7), "2026-02-25T04:06:59Z", "2026-02-25T03:00", "2026-02-25T03:07:00Z"),
            (.hourly(minute: 7), "2026-02-25T04:07:00Z", "2026-02-25T04:00", "2026-02-25T04:07:00Z"),
            (.daily(hour: 4, minute: 0), "2026-02-25T04:00:00Z", "2026-02-25", "2026-02-25T04:00:00Z"),
            (.daily(hour: 4, minute: 0), "2026-03-01T03:59:59Z", "2026-02-28", "2026-02-28T04:00:00Z"),
            (.daily(hour: 4, minute: 0), "2024-03-01T03:59:59Z", "2024-02-29", "2024-02-29T04:00:00Z"),
            (.weekly(.monday, hour: 0, minute: 5), "2026-02-23T00:05:00Z", "2026-W09", "2026-02-23T00:05:00Z"),
            (.weekly(.monday, hour: 0, minute: 5), "2026-02-23T00:04:59Z", "2026-W08", "2026-02-16T00:05:00Z"),
            (.weekly(.sunday, hour: 23, minute: 59), "2026-03-01T23:59:00Z", "2026-W09", "2026-03-01T23:59:00Z"),
            (.weekly(.sunday, hour: 23, minute: 59), "2027-01-04T00:00:00Z", "2026-W53", "2027-01-03T23:59:00Z"),
            (.weekly(.monday, hour: 0, minute: 0), "2025-12-29T00:00:00Z", "2026-W01", "2025-12-29T00:00:00Z"),
            (.monthly(day: 1, hour: 0, minute: 0), "2026-02-28T23:59:59Z", "2026-02", "2026-02-01T00:00:00Z"),
            (.monthly(day: 28, hour: 12, minute: 30), "2026-01-01T00:00:00Z", "2025-12", "2025-12-28T12:30:00Z"),
        ] as [(Schedule, String, String, String)]
    )
    func newestKey(schedule: Schedule, now: String, key: String, dueAt: String) throws {
        let newest = schedule.newestKey(atSeconds: try unixSeconds(now))
        #expect(newest.text == key)
        #expect(newest.dueAtSeconds == (try unixSeconds(dueAt)))
        #expect(newest.dueAtMilliseconds == newest.dueAtSeconds * 1_000)
        #expect(newest.description == key)
    }

    @Test("reads its own keys back and refuses everything else")
    func readsKeys() {
        let weekly = Schedule.weekly(.sunday, hour: 23, minute: 59)
        #expect(weekly.key(named: "2026-W09")?.dueAtSeconds == weekly.newestKey(atSeconds: 1_772_409_540).dueAtSeconds)
        for text in ["", "2026-W54", "2025-W53", "2026-W9", "2026-W00", "2026-02-25", "2026-W09 ", "W09-2026", "99999999999999999999-W01"] {
            #expect(weekly.key(named: text) == nil, "\(text)")
        }
        let daily = Schedule.daily(hour: 4, minute: 0)
        for text in ["2026-02-30", "2026-2-25", "2026-02", "2026-02-25T04:00", "0-0-0", "2026-02--25", "9223372036854775807-01-01"] {
            #expect(daily.key(named: text) == nil, "\(text)")
        }
        let often = Schedule.every(seconds: 300, offsetSeconds: 5)
        #expect(often.key(named: "2026-02-25T04:05")?.slotStartSeconds == often.newestKey(atSeconds: 1_771_992_305).slotStartSeconds)
        for text in ["2026-02-25T04:06", "2026-02-25T04:05:00", "2026-02-25T24:00", "2026-02-25 04:05", "2026"] {
            #expect(often.key(named: text) == nil, "\(text)")
        }
    }

    @Test("walks keys without gap or repetition and reads each back", arguments: schedules)
    func walk(schedule: Schedule) {
        var key = schedule.newestKey(atSeconds: 1_600_000_000)
        var seen: Set<String> = [key.text]
        for _ in 0..<3_000 {
            let next = schedule.key(after: key)
            #expect(next > key)
            #expect(schedule.key(before: next) == key)
            #expect(schedule.newestKey(atSeconds: next.dueAtSeconds - 1) == key)
            #expect(schedule.newestKey(atSeconds: next.dueAtSeconds) == next)
            #expect(schedule.key(named: next.text) == next)
            #expect(seen.insert(next.text).inserted)
            key = next
        }
    }

    @Test("is monotone: a later instant never has an earlier key, before and after 1970", arguments: schedules)
    func monotone(schedule: Schedule) {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let instant = Int64.random(in: -10_000_000_000...100_000_000_000, using: &generator)
            let later = instant + Int64.random(in: 0...10_000_000, using: &generator)
            let newest = schedule.newestKey(atSeconds: instant)
            #expect(newest <= schedule.newestKey(atSeconds: later))
            #expect(newest.dueAtSeconds <= instant)
            #expect(schedule.nextKey(afterSeconds: instant).dueAtSeconds > instant)
            #expect(schedule.key(after: newest) == schedule.nextKey(afterSeconds: instant))
            #expect(newest.slotStartSeconds <= newest.dueAtSeconds)
        }
    }

    @Test("has 366 daily keys in a leap year, one every 24 hours, whatever clocks on walls do")
    func noDaylightSaving() throws {
        let schedule = Schedule.daily(hour: 2, minute: 30)
        var key = schedule.newestKey(atSeconds: try unixSeconds("2024-01-01T02:30:00Z"))
        var count = 0
        while key.text.hasPrefix("2024") {
            let next = schedule.key(after: key)
            #expect(next.dueAtSeconds - key.dueAtSeconds == 86_400)
            key = next
            count += 1
        }
        #expect(count == 366)
    }

    @Test("brings impossible times to the nearest possible ones")
    func clamps() {
        #expect(Schedule.hourly(minute: 99) == .hourly(minute: 59))
        #expect(Schedule.daily(hour: -1, minute: -1) == .daily(hour: 0, minute: 0))
        #expect(Schedule.daily(hour: 24, minute: 60) == .daily(hour: 23, minute: 59))
        #expect(Schedule.every(seconds: 0) == .every(seconds: 1))
        #expect(Schedule.every(seconds: 10, offsetSeconds: 60) == .every(seconds: 10, offsetSeconds: 9))
        #expect(Schedule.monthly(day: 31, hour: 0, minute: 0) == .monthly(day: 28, hour: 0, minute: 0))
    }

    @Test("describes itself to people")
    func descriptions() {
        #expect(Schedule.every(seconds: 30).description == "every 30 s")
        #expect(Schedule.every(seconds: 300, offsetSeconds: 5).description == "every 300 s, 5 s after")
        #expect(Schedule.hourly(minute: 7).description == "hourly at :07")
        #expect(Schedule.daily(hour: 4, minute: 0).description == "daily at 04:00")
        #expect(Schedule.weekly(.sunday, hour: 23, minute: 59).description == "sunday at 23:59")
        #expect(Schedule.monthly(day: 1, hour: 0, minute: 0).description == "monthly on 1 at 00:00")
    }

    static let schedules: [Schedule] = [
        .every(seconds: 1), .every(seconds: 7), .every(seconds: 10), .every(seconds: 30), .every(seconds: 60),
        .every(seconds: 300, offsetSeconds: 5), .hourly(minute: 0), .hourly(minute: 59), .daily(hour: 0, minute: 0),
        .daily(hour: 23, minute: 59), .weekly(.monday, hour: 0, minute: 0), .weekly(.thursday, hour: 12, minute: 0),
        .weekly(.sunday, hour: 23, minute: 59), .monthly(day: 1, hour: 0, minute: 0), .monthly(day: 28, hour: 23, minute: 59),
    ]
}
