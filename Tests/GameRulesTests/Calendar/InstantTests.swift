import Foundation
import GameRules
import TestServers
import Testing

@Suite("Instant")
struct InstantTests {
    @Test("counts in microseconds, milliseconds and seconds, rounding down also before 1970")
    func units() {
        let instant = Instant(microsecondsSinceUnixEpoch: -1)
        #expect(instant.millisecondsSinceUnixEpoch == -1)
        #expect(instant.secondsSinceUnixEpoch == -1)
        #expect(Instant(millisecondsSinceUnixEpoch: 1_500).microsecondsSinceUnixEpoch == 1_500_000)
        #expect(Instant(secondsSinceUnixEpoch: -2).microsecondsSinceUnixEpoch == -2_000_000)
        #expect(Instant(microsecondsSinceUnixEpoch: 1_999_999).secondsSinceUnixEpoch == 1)
    }

    @Test("adds and subtracts in each unit")
    func arithmetic() {
        let start = Instant(secondsSinceUnixEpoch: 1_000)
        #expect(start.adding(seconds: 2) == Instant(secondsSinceUnixEpoch: 1_002))
        #expect(start.adding(milliseconds: -1).microsecondsSinceUnixEpoch == 999_999_000)
        #expect(start.adding(microseconds: 7).microseconds(since: start) == 7)
        #expect(start.adding(microseconds: -1).seconds(since: start) == -1)
        #expect(start.adding(milliseconds: 1_999).seconds(since: start) == 1)
        #expect(start.adding(microseconds: 1_999).milliseconds(since: start) == 1)
        #expect(start < start.adding(microseconds: 1))
    }

    @Test("works with Duration")
    func durations() {
        let start = Instant(secondsSinceUnixEpoch: 1_000)
        #expect(start.advanced(by: .milliseconds(1_500)) == start.adding(milliseconds: 1_500))
        #expect(start.advanced(by: .seconds(-3)) == start.adding(seconds: -3))
        #expect(start.advanced(by: .nanoseconds(1_999)) == start.adding(microseconds: 1))
        #expect(start.duration(to: start.adding(seconds: 90)) == .seconds(90))
    }

    @Test("saturates instead of trapping")
    func saturation() {
        let last = Instant(microsecondsSinceUnixEpoch: .max)
        let first = Instant(microsecondsSinceUnixEpoch: .min)
        #expect(last.adding(microseconds: 1) == last)
        #expect(first.adding(seconds: -1) == first)
        #expect(Instant.unixEpoch.adding(seconds: .max) == last)
        #expect(Instant.unixEpoch.adding(milliseconds: .min) == first)
        #expect(Instant(secondsSinceUnixEpoch: .min) == first)
        #expect(last.microseconds(since: first) == .max)
        #expect(first.microseconds(since: last) == .min)
        #expect(Instant.unixEpoch.advanced(by: .seconds(Int64.max)) == last)
    }

    @Test("rounds binary Unix seconds to the nearest microsecond")
    func unixSecondsDouble() {
        #expect(Instant(unixSeconds: 1_772_028_000.123_456)?.microsecondsSinceUnixEpoch == 1_772_028_000_123_456)
        #expect(Instant(unixSeconds: 0.000_000_5)?.microsecondsSinceUnixEpoch == 1)
        #expect(Instant(unixSeconds: 0.000_000_4)?.microsecondsSinceUnixEpoch == 0)
        #expect(Instant(unixSeconds: -1.5)?.microsecondsSinceUnixEpoch == -1_500_000)
        for refused in [Double.nan, .infinity, -.infinity, 1e19, -1e19, .greatestFiniteMagnitude] {
            #expect(Instant(unixSeconds: refused) == nil)
        }
    }

    @Test("keeps every microsecond until 2106 through binary seconds")
    func unixSecondsRoundTrip() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<10_000 {
            let instant = Instant(microsecondsSinceUnixEpoch: .random(in: 0...4_294_967_296_000_000, using: &generator))
            #expect(Instant(unixSeconds: instant.unixSeconds) == instant)
        }
    }

    @Test(
        "reads decimal seconds",
        arguments: [
            ("1772028000.123456", 1_772_028_000_123_456), ("1772028000", 1_772_028_000_000_000), ("0.000001", 1), ("-0.000001", -1),
            ("12.5", 12_500_000), ("12.123456999", 12_123_456), ("9223372036854.775807", Int64.max),
        ]
    )
    func decimalSeconds(text: String, microseconds: Int64) {
        #expect(Instant(decimalSeconds: text)?.microsecondsSinceUnixEpoch == microseconds)
    }

    @Test(
        "refuses other number texts",
        arguments: [
            "", "-", ".", ".5", "5.", "+5", "1e9", "1,5", " 1", "1 ", "--1", "1.2.3", "0x10", "nan", "9223372036854.775808",
            "99999999999999", "9999999999999999999999", "1.1234567890",
        ]
    )
    func decimalSecondsRefused(text: String) {
        #expect(Instant(decimalSeconds: text) == nil)
    }

    @Test("writes decimal seconds with six digits and reads them back")
    func decimalRoundTrip() {
        #expect(Instant(microsecondsSinceUnixEpoch: 1_772_028_000_000_007).decimalSeconds == "1772028000.000007")
        #expect(Instant(microsecondsSinceUnixEpoch: -1).decimalSeconds == "-0.000001")
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<5_000 {
            let instant = Instant(microsecondsSinceUnixEpoch: .random(in: -Int64.max ... .max, using: &generator))
            #expect(Instant(decimalSeconds: instant.decimalSeconds) == instant)
        }
    }

    @Test("is a string in JSON")
    func coding() throws {
        let instant = try #require(Instant("2026-02-25T14:05:09.070Z"))
        let data = try JSONEncoder().encode([instant])
        #expect(String(decoding: data, as: UTF8.self) == #"["2026-02-25T14:05:09.070Z"]"#)
        #expect(try JSONDecoder().decode([Instant].self, from: data) == [instant])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Instant].self, from: Data(#"["yesterday"]"#.utf8)) }
    }
}
