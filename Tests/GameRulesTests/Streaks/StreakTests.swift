import GameRules
import TestServers
import Testing

/// The walk of spec 05 §7.1 and what is made of it.
@Suite("Streak")
struct StreakTests {
    private static let base = ISOWeek(index: 2_900)

    private func weeks(_ offsets: [Int]) -> Set<ISOWeek> { Set(offsets.map { Self.base.advanced(by: $0) }) }

    private func streak(_ active: [Int], excused: [Int] = [], through last: Int) -> Streak {
        Streak(active: weeks(active), excused: weeks(excused), through: Self.base.advanced(by: last))
    }

    @Test("Counts back from the last closed week to the first gap")
    func walk() {
        #expect(streak([], through: 0) == .none)
        #expect(streak([0], through: 0).weeks == 1)
        #expect(streak([0, 1, 2], through: 2).weeks == 3)
        #expect(streak([0, 1, 2], through: 2).firstWeek == Self.base)
        #expect(streak([0, 2, 3], through: 3).weeks == 2)
        #expect(streak([0, 2, 3], through: 3).firstWeek == Self.base.advanced(by: 2))
        #expect(streak([0, 1], through: 2) == .none)
        #expect(streak([0, 1, 2, 3], through: 1).weeks == 2, "what lies after the last closed week does not count")
    }

    @Test("An excused week neither breaks nor extends, wherever it stands; one that is active counts")
    func excused() {
        #expect(streak([0, 1], excused: [2], through: 2).weeks == 2)
        #expect(streak([0, 1, 3], excused: [2], through: 3).weeks == 3)
        #expect(streak([0, 3], excused: [1, 2], through: 3).weeks == 2)
        #expect(streak([0, 3], excused: [1, 2], through: 3).firstWeek == Self.base)
        #expect(streak([0, 1, 2], excused: [1, 2], through: 2).weeks == 3)
        #expect(streak([1], excused: [0], through: 1).firstWeek == Self.base.advanced(by: 1), "the start is a week that counts")
        #expect(streak([], excused: [0, 1, 2], through: 2) == .none)
        #expect(streak([0, 4], excused: [1, 3], through: 4).weeks == 1, "the gap between two excused weeks ends it")
    }

    @Test("Walks across a year of 53 weeks")
    func longYear() throws {
        let active = Set(try ["2026-W52", "2026-W53", "2027-W01"].map { try #require(ISOWeek($0)) })
        let streak = Streak(active: active, through: try #require(ISOWeek("2027-W01")))
        #expect(streak.weeks == 3)
        #expect(streak.firstWeek?.monday.description == "2026-12-21")
    }

    @Test("Agrees with the definition by its words, for any calendar")
    func property() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<5_000 {
            let activity = Int.random(in: 1...9, using: &random)
            let active = Set((0..<20).filter { _ in Int.random(in: 0..<10, using: &random) < activity })
            let excused = Set((0..<20).filter { _ in Int.random(in: 0..<6, using: &random) == 0 })
            let last = Int.random(in: 0..<20, using: &random)
            let counted = (0...last).filter { week in
                active.contains(week) && (week...last).allSatisfy { active.contains($0) || excused.contains($0) }
            }
            let found = streak(Array(active), excused: Array(excused), through: last)
            #expect(found.weeks == counted.count)
            #expect(found.firstWeek == counted.min().map { Self.base.advanced(by: $0) })
        }
    }

    @Test("Neither traps nor runs for ever at the first week there is")
    func extremes() {
        let first = ISOWeek(index: .min)
        #expect(Streak(active: [first], through: first).weeks == 1)
        #expect(Streak(active: [first.next], excused: [first], through: first.next).weeks == 1)
    }

    @Test("The running week extends what a user sees")
    func effective() {
        let streak = streak([0, 1], through: 1)
        #expect(streak.extended(by: Self.base.advanced(by: 2)).weeks == 3)
        #expect(streak.extended(by: Self.base.advanced(by: 2)).firstWeek == Self.base)
        #expect(Streak.none.extended(by: Self.base).firstWeek == Self.base)
    }

    @Test("Longer is extended, nothing is broken, shorter is broken and begun anew")
    func comparison() {
        #expect(streak([0, 1, 2], through: 2).changes(fromWeeks: 2) == [.extended(weeks: 3)])
        #expect(streak([0, 1, 2], through: 2).changes(fromWeeks: 0) == [.extended(weeks: 3)])
        #expect(streak([0, 1, 2], through: 2).changes(fromWeeks: 3) == [])
        #expect(Streak.none.changes(fromWeeks: 5) == [.broken(lostWeeks: 5)])
        #expect(Streak.none.changes(fromWeeks: 0) == [])
        #expect(streak([2], through: 2).changes(fromWeeks: 5) == [.broken(lostWeeks: 5), .extended(weeks: 1)])
    }
}

@Suite("Streak milestones")
struct StreakMilestoneTests {
    @Test("Are those of the table")
    func table() {
        #expect(StreakMilestone.all.map(\.weeks) == [1, 4, 12, 26, 52])
        #expect(StreakMilestone.all.map(\.label) == ["First Week", "Month Strong", "Quarter Master", "Half Year Hero", "Year of Mining"])
    }

    @Test("A jump reaches every one on the way", arguments: [(0, 0, 1), (1, 1, 4), (3, 1, 4), (4, 2, 12), (51, 4, 52), (60, 5, nil)])
    func reached(weeks: Int, count: Int, next: Int?) {
        #expect(StreakMilestone.reached(byWeeks: weeks).count == count)
        #expect(StreakMilestone.next(afterWeeks: weeks)?.weeks == next)
    }
}
