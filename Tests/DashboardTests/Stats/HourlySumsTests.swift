import FeatureRig
import GameRules
import Testing

@testable import Dashboard

@Suite("Sums of past hours")
struct HourlySumsTests {
    private static let day = UTCDay(containing: DashboardRig.start)

    @Test("At any hour the span holds all hours that are needed, at most 49")
    func span() {
        for hour in 0..<24 {
            let running = Self.day.hour(hour)
            let span = HourlySums.span(before: running)
            #expect(span.upperBound == running)
            #expect(span.lowerBound <= running.advanced(by: -25))
            #expect(span.lowerBound <= Self.day.previous.hour(0))
            #expect(span.count <= 49)
        }
    }

    @Test("The whole day is compared: at 23:59 nearly all of yesterday counts")
    func lastHour() {
        let running = Self.day.hour(23)
        let hours = HourlySums.span(before: running).map { HourlySums.Hour(hour: $0, total: 10, accepted: 9, work: 1, best: 1) }
        let sums = HourlySums(hours, running: running)
        #expect(sums.sharesBefore == 230)
        #expect(sums.sharesOfCounterpart == 10)
        #expect(sums.sharesYesterday(at: running.start.adding(seconds: 3540)) == 230 + 10 * 0.9833333333333333)
    }

    @Test("What is kept is read back as it was")
    func encoding() {
        let running = Self.day.hour(5)
        let hours = (1...30).map {
            HourlySums.Hour(
                hour: running.advanced(by: -$0),
                total: Int64($0) * 7,
                accepted: Int64($0),
                work: 1 / Double($0),
                best: 1e14 / 3
            )
        }
        let sums = HourlySums(hours, running: running)
        #expect(HourlySums(encoded: sums.encoded) == sums)
        #expect(HourlySums(encoded: HourlySums().encoded) == HourlySums())
    }
}
