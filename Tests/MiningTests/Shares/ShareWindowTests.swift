import Foundation
import GameRules
import Platform
import Testing

@testable import Mining

@Suite("Window of shares")
struct ShareWindowTests {
    private let today = UTCDay(index: 20_000)

    private func days(_ list: (ago: Int, rows: Int64)...) -> [ShareWindow.Day] {
        list.map { ShareWindow.Day(day: today.advanced(by: -$0.ago), rows: $0.rows) }
    }

    @Test("The first page begins on the newest day there is and reaches back as far as needed")
    func firstPage() throws {
        let window = try #require(ShareWindow(days((3, 40), (5, 20), (80, 1)), behind: nil, rows: 51))
        #expect(window.end == today.advanced(by: -3).end.adding(microseconds: -1))
        #expect(window.start == today.advanced(by: -5).start)
        #expect(!window.isLast)
    }

    @Test("A day with enough rows suffices")
    func oneDay() throws {
        let window = try #require(ShareWindow(days((0, 51), (1, 51)), behind: nil, rows: 51))
        #expect(window.start == today.start)
    }

    @Test("The cursor's own day does not count, since part of it has been seen")
    func cursorDay() throws {
        let position = PagePosition(time: today.start.adding(seconds: 10), id: UUID())
        let window = try #require(ShareWindow(days((0, 5000), (1, 51), (2, 9)), behind: position, rows: 51))
        #expect(window.end == position.time)
        #expect(window.start == today.advanced(by: -1).start)
        #expect(!window.isLast)
    }

    @Test("A cursor behind idle days looks at the next day there is")
    func idle() throws {
        let position = PagePosition(time: today.start.adding(seconds: 10), id: UUID())
        let window = try #require(ShareWindow(days((30, 5)), behind: position, rows: 51))
        #expect(window.end == today.advanced(by: -30).end.adding(microseconds: -1))
        #expect(window.start == today.advanced(by: -30).start)
        #expect(window.isLast)
    }

    @Test("Without days there is no window")
    func nothing() {
        #expect(ShareWindow([], behind: nil, rows: 51) == nil)
    }
}
