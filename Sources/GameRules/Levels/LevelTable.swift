/// The fifteen levels and the progress of a total within them (spec 05 §3).
public enum LevelTable {
    /// All rows, ascending. Numbers between the rows (11–14, 16–19, …) do not exist; a user jumps from 10 to 15.
    public static let levels: [Level] =
        [first] + [
            Level(number: 2, title: "Curious Cat", displayedXPRequired: 100, cumulativeXP: 100),
            Level(number: 3, title: "Hash Pupil", displayedXPRequired: 500, cumulativeXP: 600),
            Level(number: 4, title: "Solo Miner", displayedXPRequired: 1_000, cumulativeXP: 1_600),
            Level(number: 5, title: "Difficulty Hunter", displayedXPRequired: 2_500, cumulativeXP: 4_100),
            Level(number: 6, title: "Share Collector", displayedXPRequired: 3_000, cumulativeXP: 7_100),
            Level(number: 7, title: "Hash Veteran", displayedXPRequired: 3_500, cumulativeXP: 10_600),
            Level(number: 8, title: "Block Chaser", displayedXPRequired: 4_000, cumulativeXP: 14_600),
            Level(number: 9, title: "Nonce Grinder", displayedXPRequired: 5_000, cumulativeXP: 19_600),
            Level(number: 10, title: "Hashrate Warrior", displayedXPRequired: 10_000, cumulativeXP: 29_600),
            Level(number: 15, title: "Diff Hunter", displayedXPRequired: 25_000, cumulativeXP: 79_600),
            Level(number: 20, title: "Mining Veteran", displayedXPRequired: 50_000, cumulativeXP: 179_600),
            Level(number: 25, title: "Satoshi's Apprentice", displayedXPRequired: 100_000, cumulativeXP: 429_600),
            Level(number: 30, title: "Cypherpunk", displayedXPRequired: 250_000, cumulativeXP: 929_600),
            Level(number: 50, title: "Timechain Guardian", displayedXPRequired: 1_000_000, cumulativeXP: 4_929_600),
        ]

    /// Where every account begins.
    static let first = Level(number: 1, title: "Nocoiner", displayedXPRequired: 0, cumulativeXP: 0)

    /// The last row whose threshold is at most `totalXP`; a negative total counts as 0.
    public static func level(forTotalXP totalXP: Int64) -> Level {
        levels.last { $0.cumulativeXP <= totalXP } ?? first
    }

    /// Level, bar and next level of a total; a negative total counts as 0.
    public static func progress(forTotalXP totalXP: Int64) -> LevelProgress {
        let total = max(0, totalXP)
        let level = level(forTotalXP: total)
        guard let next = levels.first(where: { $0.cumulativeXP > total }) else {
            return LevelProgress(totalXP: total, level: level, nextLevel: level, xpIntoLevel: topStep, xpForLevel: topStep, xpToNext: 0)
        }
        return LevelProgress(
            totalXP: total,
            level: level,
            nextLevel: next,
            xpIntoLevel: total - level.cumulativeXP,
            xpForLevel: next.cumulativeXP - level.cumulativeXP,
            xpToNext: next.cumulativeXP - total
        )
    }

    /// The rows reached by growing from one total to another, ascending; empty when the level stays or falls.
    public static func levelsReached(from oldTotalXP: Int64, to newTotalXP: Int64) -> [Level] {
        levels.filter { $0.cumulativeXP > oldTotalXP && $0.cumulativeXP <= newTotalXP }
    }

    /// The step into the last row: at the top the bar is full, never a division by zero.
    private static let topStep: Int64 = 4_000_000
}
