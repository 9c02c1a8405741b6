import GameRules
import Testing

@testable import Mining

/// The numbers of spec 03a §13.5–§13.6.
@Suite("Work ring")
struct WorkRingTests {
    private func instant(_ text: String) throws -> Instant { try #require(Instant(rfc3339: "2026-02-25T\(text)Z")) }

    private func ring(_ times: [String], work: Double) throws -> WorkRing {
        var ring = WorkRing()
        for time in times { ring.add(work: work, at: try instant(time)) }
        return ring
    }

    @Test("A minute's hashrate counts six buckets over the time they cover")
    func oneMinute() throws {
        let ring = try ring(["11:59:30", "11:59:40", "11:59:50", "12:00:00"], work: 1024)
        let now = ring.hashrates(at: try instant("12:00:07")).oneMinute
        #expect(abs(now - 4096 * 4_294_967_296 / 57) < 1)
        #expect(ring.hashrates(at: try instant("12:01:00")).oneMinute == 0)
        let last = ring.hashrates(at: try instant("12:00:59")).oneMinute
        #expect(abs(last - 1024 * 4_294_967_296 / 59) < 1)
    }

    @Test("Shares of the future do not count yet")
    func future() throws {
        let ring = try ring(["13:05:00"], work: 5)
        #expect(ring.hashrates(at: try instant("12:00:00")) == .zero)
    }

    @Test("Every window falls to zero by time alone")
    func decay() throws {
        let ring = try ring(["12:00:00"], work: 7)
        let early = ring.hashrates(at: try instant("12:00:30"))
        #expect(early.oneMinute > 0 && early.fiveMinutes > 0 && early.oneHour > 0 && early.oneDay > 0)
        let later = ring.hashrates(at: try instant("12:00:00").adding(seconds: 90_000))
        #expect(later == .zero)
    }
}
