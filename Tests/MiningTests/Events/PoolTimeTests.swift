import GameRules
import Testing

@testable import Mining

/// Which instant counts (spec 03a §3, §12).
@Suite("Pool time")
struct PoolTimeTests {
    private let now = EventSample.now

    @Test("On the socket a time up to 120 s ahead and 300 s behind is believed, any other is the receipt's")
    func socket() {
        for (milliseconds, isFixed) in [
            (0, false), (120_000, false), (120_001, true), (-300_000, false), (-300_001, true), (600_000, true),
        ] as [(Int64, Bool)] {
            let claimed = now.adding(milliseconds: milliseconds)
            let (time, fixed) = PoolTime.atSocket(claimed, receivedAt: now)
            #expect(fixed == isFixed && time == (isFixed ? now : claimed), "\(milliseconds)")
        }
        #expect(PoolTime.atSocket(nil, receivedAt: now) == (now, true))
    }

    @Test("In the stream the entry's id takes the place of an absent time and of one ahead; eight days are the limit")
    func stream() throws {
        let entered = now.adding(seconds: -60)
        #expect(try PoolTime.inStream(nil, entryTime: entered, now: now) == entered)
        #expect(try PoolTime.inStream(entered.adding(seconds: 120), entryTime: entered, now: now) == entered.adding(seconds: 120))
        #expect(try PoolTime.inStream(entered.adding(seconds: 121), entryTime: entered, now: now) == entered)
        let week = now.adding(seconds: -7 * 86_400)
        #expect(try PoolTime.inStream(week, entryTime: entered, now: now) == week, "a spool replayed after seven days")
        let limit = now.adding(seconds: -8 * 86_400)
        #expect(try PoolTime.inStream(limit, entryTime: entered, now: now) == limit)
        #expect(throws: EventRejection.tooOld) { try PoolTime.inStream(limit.adding(milliseconds: -1), entryTime: entered, now: now) }
    }

    @Test("Seconds are rounded to microseconds, and RFC 3339 is read too")
    func texts() {
        #expect(PoolTime.parse("1772020800.123456") == Instant(microsecondsSinceUnixEpoch: 1_772_020_800_123_456))
        #expect(PoolTime.parse("1772020800.1234567") == Instant(microsecondsSinceUnixEpoch: 1_772_020_800_123_457))
        #expect(PoolTime.parse("1772020799.9999999") == now)
        #expect(PoolTime.parse("2026-02-25T12:00:00Z") == now)
        #expect(PoolTime.parse("2026-02-25T13:00:00.5+01:00") == now.adding(milliseconds: 500))
        for text in ["", ".", "1.", ".5", "-1", "1e9", "1772020800,5", "99999999999999", "nan"] {
            #expect(PoolTime.parse(text) == nil, "\(text)")
        }
    }

    @Test("A datagram of a clock ten minutes ahead is kept with the time of its receipt")
    func fixed() throws {
        let ahead = now.adding(seconds: -600)
        let event = try EventSample.parse(EventSample.native(#""diff":8,"sdiff":9"#), receivedAt: ahead)
        #expect(event.envelope.isTimeFixed && event.envelope.time == ahead)
    }
}
