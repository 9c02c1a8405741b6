import Foundation
import GameRules
import TestServers
import Testing

@Suite("LevelTable")
struct LevelTableTests {
    /// `levels.json` of the specification.
    private struct Document: Decodable {
        struct Row: Decodable {
            let level: Int
            let title: String
            let xp_required: Int64
            let cumulative: Int64
            let xp_for_level: Int64
            let next_level: Int
            let is_max: Bool
        }
        let levels: [Row]
    }

    @Test("equals the specification's data row for row")
    func data() throws {
        let url = try #require(Bundle.module.url(forResource: "levels", withExtension: "json", subdirectory: "Data"))
        let rows = try JSONDecoder().decode(Document.self, from: Data(contentsOf: url)).levels
        #expect(rows.count == 15)
        #expect(rows.count == LevelTable.levels.count)
        for (row, level) in zip(rows, LevelTable.levels) {
            #expect(row.level == level.number)
            #expect(row.title == level.title)
            #expect(row.xp_required == level.displayedXPRequired)
            #expect(row.cumulative == level.cumulativeXP)
            let progress = LevelTable.progress(forTotalXP: row.cumulative)
            #expect(progress.level == level)
            #expect(progress.xpForLevel == row.xp_for_level)
            #expect(progress.nextLevel.number == row.next_level)
            #expect(progress.isMaxLevel == row.is_max)
        }
    }

    @Test(
        "matches the table of totals of spec 05 §3",
        arguments: [
            (0, 1, 0, 100, 2), (99, 1, 99, 100, 2), (100, 2, 0, 500, 3), (150, 2, 50, 500, 3), (599, 2, 499, 500, 3),
            (600, 3, 0, 1_000, 4), (2_340, 4, 740, 2_500, 5), (29_599, 9, 9_999, 10_000, 10), (29_600, 10, 0, 50_000, 15),
            (79_599, 10, 49_999, 50_000, 15), (79_600, 15, 0, 100_000, 20), (4_929_599, 30, 3_999_999, 4_000_000, 50),
            (4_929_600, 50, 4_000_000, 4_000_000, 50), (10_000_000, 50, 4_000_000, 4_000_000, 50),
        ] as [(Int64, Int, Int64, Int64, Int)]
    )
    func totals(total: Int64, level: Int, into: Int64, step: Int64, next: Int) {
        let progress = LevelTable.progress(forTotalXP: total)
        #expect(progress.totalXP == total)
        #expect(progress.level.number == level)
        #expect(progress.xpIntoLevel == into)
        #expect(progress.xpForLevel == step)
        #expect(progress.nextLevel.number == next)
        #expect(progress.xpToNext == (progress.isMaxLevel ? 0 : step - into))
        #expect(LevelTable.level(forTotalXP: total) == progress.level)
    }

    @Test("holds a full bar for any total at the top and starts at level 1 for impossible totals")
    func extremes() {
        #expect(LevelTable.progress(forTotalXP: .max).isMaxLevel)
        #expect(LevelTable.progress(forTotalXP: .max).nextLevel.title == "Timechain Guardian")
        #expect(LevelTable.progress(forTotalXP: .min).level.number == 1)
        #expect(LevelTable.progress(forTotalXP: -5).xpIntoLevel == 0)
        #expect(LevelTable.level(forTotalXP: -5).number == 1)
    }

    @Test("lists the levels a growing total reaches")
    func reached() {
        #expect(LevelTable.levelsReached(from: 0, to: 600).map(\.number) == [2, 3])
        #expect(LevelTable.levelsReached(from: 99, to: 100).map(\.number) == [2])
        #expect(LevelTable.levelsReached(from: 100, to: 599).isEmpty)
        #expect(LevelTable.levelsReached(from: 600, to: 0).isEmpty)
        #expect(LevelTable.levelsReached(from: 19_600, to: 100_000).map(\.number) == [10, 15])
    }

    @Test("never moves backwards and always fits its bar")
    func monotone() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<5_000 {
            let total = Int64.random(in: 0...6_000_000, using: &generator)
            let more = total + Int64.random(in: 0...200_000, using: &generator)
            let (before, after) = (LevelTable.progress(forTotalXP: total), LevelTable.progress(forTotalXP: more))
            #expect(before.level.number <= after.level.number)
            #expect((0...before.xpForLevel).contains(before.xpIntoLevel))
            #expect((before.level != after.level) == !LevelTable.levelsReached(from: total, to: more).isEmpty)
        }
    }
}
