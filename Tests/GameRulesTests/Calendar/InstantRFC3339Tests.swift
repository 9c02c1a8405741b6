import GameRules
import TestServers
import Testing

@Suite("Instant: RFC 3339")
struct InstantRFC3339Tests {
    @Test(
        "accepts 0 to 9 fraction digits and truncates beyond microseconds",
        arguments: [
            ("2026-02-25T14:00:00Z", 0), ("2026-02-25T14:00:00.1Z", 100_000), ("2026-02-25T14:00:00.12Z", 120_000),
            ("2026-02-25T14:00:00.123Z", 123_000), ("2026-02-25T14:00:00.123456Z", 123_456),
            ("2026-02-25T14:00:00.1234569Z", 123_456), ("2026-02-25T14:00:00.999999999Z", 999_999),
        ]
    )
    func fractions(text: String, microseconds: Int64) {
        #expect(Instant(rfc3339: text)?.microsecondsSinceUnixEpoch == 1_772_028_000_000_000 + microseconds)
    }

    @Test(
        "applies numeric offsets",
        arguments: [
            ("2026-02-25T15:30:00+01:30", "2026-02-25T14:00:00.000Z"), ("2026-02-25T00:30:00-23:59", "2026-02-26T00:29:00.000Z"),
            ("2026-01-01T00:00:00+00:01", "2025-12-31T23:59:00.000Z"), ("2026-02-25T14:00:00-00:00", "2026-02-25T14:00:00.000Z"),
            ("2024-02-29T23:59:59.5-00:30", "2024-03-01T00:29:59.500Z"),
        ]
    )
    func offsets(text: String, utc: String) throws {
        #expect(try #require(Instant(rfc3339: text)).rfc3339 == utc)
    }

    @Test(
        "refuses everything else",
        arguments: [
            "", "Z", "2026-02-25", "2026-02-25T14:00Z", "2026-02-25T14:00:00", "2026-02-25 14:00:00Z", "2026-02-25t14:00:00Z",
            "2026-02-25T14:00:00z", "2026-02-25T14:00:00.Z", "2026-02-25T14:00:00.1234567890Z", "2026-02-25T14:00:00,5Z",
            "2026-02-25T24:00:00Z", "2026-02-25T14:60:00Z", "2026-02-25T14:00:60Z", "2026-02-25T14:00:00+24:00",
            "2026-02-25T14:00:00+01:60", "2026-02-25T14:00:00+0100", "2026-02-25T14:00:00+01", "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z", " 2026-02-25T14:00:00Z", "2026-02-25T14:00:00Z ", "2026-02-25T14:00:00ZZ",
            "+2026-02-25T14:00:00Z", "12026-02-25T14:00:00Z", "226-02-25T14:00:00Z", "２026-02-25T14:00:00Z",
            "2026-02-25T14:00:00−01:00", "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2026-02-25T14:00:00Z\0",
            "2026-2-25T14:00:00Z", "2026-02-25T4:00:00Z", "1772000000",
        ]
    )
    func refused(text: String) {
        #expect(Instant(rfc3339: text) == nil)
    }

    @Test("accepts every leap day that exists", arguments: ["0000-02-29", "1600-02-29", "2000-02-29", "2024-02-29", "2400-02-29"])
    func leapDays(date: String) {
        #expect(Instant(rfc3339: date + "T00:00:00Z")?.rfc3339 == date + "T00:00:00.000Z")
    }

    @Test("writes the first and last instants of the format and clamps beyond them")
    func extremes() {
        #expect(Instant(microsecondsSinceUnixEpoch: 0).rfc3339 == "1970-01-01T00:00:00.000Z")
        #expect(Instant(microsecondsSinceUnixEpoch: -1).rfc3339 == "1969-12-31T23:59:59.999Z")
        #expect(Instant(microsecondsSinceUnixEpoch: 1_999).rfc3339 == "1970-01-01T00:00:00.001Z")
        #expect(Instant(rfc3339: "0000-01-01T00:00:00Z")?.rfc3339 == "0000-01-01T00:00:00.000Z")
        #expect(Instant(rfc3339: "9999-12-31T23:59:59.999999Z")?.rfc3339 == "9999-12-31T23:59:59.999Z")
        #expect(Instant(microsecondsSinceUnixEpoch: .max).rfc3339 == "9999-12-31T23:59:59.999Z")
        #expect(Instant(microsecondsSinceUnixEpoch: .min).rfc3339 == "0000-01-01T00:00:00.000Z")
    }

    @Test("writes the same bytes into arrays and memory, and nothing into memory that is too small")
    func writers() throws {
        let instant = try #require(Instant(rfc3339: "2026-02-25T14:05:09.070Z"))
        var bytes = Array("at ".utf8)
        instant.writeRFC3339(into: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "at 2026-02-25T14:05:09.070Z")

        var memory = [UInt8](repeating: 0, count: 30)
        let written = memory.withUnsafeMutableBytes { instant.writeRFC3339(to: $0) }
        #expect(String(decoding: memory[0..<written], as: UTF8.self) == instant.rfc3339)
        #expect(memory.withUnsafeMutableBytes { instant.writeRFC3339(to: UnsafeMutableRawBufferPointer(rebasing: $0[0..<23])) } == 0)
    }

    @Test("parses bytes like text")
    func parsesBytes() {
        let bytes = Array("2026-02-25T14:05:09.070Z".utf8)
        #expect(bytes.withUnsafeBufferPointer { Instant(rfc3339: $0) } == Instant("2026-02-25T14:05:09.07Z"))
        #expect(bytes.dropLast().withContiguousStorageIfAvailable { Instant(rfc3339: $0) == nil } == true)
    }

    @Test("survives arbitrary edits of a valid text")
    func fuzz() {
        var generator = SeededGenerator(seed: 20_260_225)
        let valid = Array("2026-02-25T14:05:09.070+01:00".utf8)
        for _ in 0..<20_000 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let at = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &generator)
                case 1: bytes.remove(at: at)
                default: bytes.insert(UInt8.random(in: 0x20...0x7e, using: &generator), at: at)
                }
            }
            let parsed = bytes.withUnsafeBufferPointer { Instant(rfc3339: $0) }
            if let parsed { #expect(Instant(rfc3339: parsed.rfc3339)?.millisecondsSinceUnixEpoch == parsed.millisecondsSinceUnixEpoch) }
        }
    }
}
