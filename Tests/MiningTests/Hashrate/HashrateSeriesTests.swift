import FeatureRig
import GameRules
import Testing

@testable import Mining

@Suite("Steps of charts")
struct HashrateSeriesTests {
    private let noon = MiningRig.start

    @Test("Every window has its number of steps, ending at the last multiple before now", arguments: ChartWindow.allCases)
    func grid(_ window: ChartWindow) {
        for offset: Int64 in [0, 1, 299, 1800, 3599, 5 * 3600] {
            let now = noon.adding(seconds: offset)
            let ends = window.ends(before: now)
            #expect(ends.count == Int(window.count))
            #expect(ends.allSatisfy { $0.secondsSinceUnixEpoch % window.step == 0 })
            #expect(zip(ends, ends.dropFirst()).allSatisfy { $1.seconds(since: $0) == window.step })
            let age = ends.last.map { now.seconds(since: $0) }
            #expect(age.map { (0..<window.step).contains($0) } == true)
        }
    }

    @Test("A leap day and the turn of a year are steps like others")
    func calendar() throws {
        for text in ["2028-03-01T02:00:00Z", "2027-01-01T00:00:00Z"] {
            let now = try #require(Instant(rfc3339: text))
            let points = HashrateSeries.points(ofWork: [:], window: .thirtyDays, since: .unixEpoch, at: now)
            #expect(points.count == 120)
            #expect(points.allSatisfy { $0.time.secondsSinceUnixEpoch % 21_600 == 0 })
        }
    }

    @Test("A step begins to exist with the first sign of life, which may be within it")
    func first() {
        let count = { (first: Instant?) in
            HashrateSeries.points(ofWork: [:], window: .oneWeek, since: first, at: noon).count
        }
        #expect(count(nil) == 0)
        #expect(count(noon) == 0)
        #expect(count(noon.adding(microseconds: -1)) == 1)
        #expect(count(noon.adding(seconds: -3600)) == 1)
        #expect(count(noon.adding(seconds: -3600).adding(microseconds: -1)) == 2)
    }
}
