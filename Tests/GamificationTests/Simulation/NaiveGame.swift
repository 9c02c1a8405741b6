import GameRules

/// The rules by their words, from a plain list of accepted shares in the order they became known: slow, without memory, sharing no code
/// with the engine but calendar and level table.
struct NaiveGame {
    /// An accepted share.
    struct Share {
        let miner: Int
        let time: Instant
        let difficulty: Double
    }

    /// What must be stored of a miner.
    struct Expectation: Equatable, CustomStringConvertible {
        var shares = 0
        var best = 0.0
        var calendar: [String] = []
        var xp: Int64 = 0
        var level = 1
        var badges: [String] = []
        var streak = ""
        var milestones: [Int] = []

        var description: String {
            "\(shares) \(best) \(xp) XP, level \(level), \(badges), \(streak), \(milestones), \(calendar.count) weeks"
        }
    }

    private var shares: [[Share]]
    var excused: Set<Int> = []
    /// What earlier checks gave for ever: lengths of streaks seen.
    private var longestSeen: [Int]

    init(miners: Int) {
        shares = Array(repeating: [], count: miners)
        longestSeen = Array(repeating: 0, count: miners)
    }

    mutating func add(_ share: Share) { shares[share.miner].append(share) }

    /// Weeks since 1970-01-05, by division alone.
    static func week(of time: Instant) -> Int { Int((time.secondsSinceUnixEpoch - 4 * 86_400) / (7 * 86_400)) }

    private static func day(of time: Instant) -> Int { Int(time.secondsSinceUnixEpoch / 86_400) }

    /// A streak counts the active weeks from which to the end every week is active or excused.
    private func streak(_ active: Set<Int>, through last: Int) -> [Int] {
        active.filter { week in week <= last && (week...last).allSatisfy { active.contains($0) || excused.contains($0) } }.sorted()
    }

    /// After a check of everything up to `last`.
    mutating func expectations(through last: Int) -> [Expectation] {
        for miner in shares.indices {
            longestSeen[miner] = max(longestSeen[miner], streak(Set(shares[miner].map { Self.week(of: $0.time) }), through: last).count)
        }
        return shares.indices.map { expectation($0, through: last) }
    }

    private func expectation(_ miner: Int, through last: Int) -> Expectation {
        let own = shares[miner]
        let active = Set(own.map { Self.week(of: $0.time) })
        var expected = Expectation()
        expected.shares = own.count
        expected.best = own.map(\.difficulty).max() ?? 0
        expected.calendar = active.sorted().map { week in
            let some = own.filter { Self.week(of: $0.time) == week }
            let days = Set(some.map { (Self.day(of: $0.time) - 4) % 7 })
            return "\(ISOWeek(index: week)) \(some.count) \(some.map(\.difficulty).max() ?? 0) \(days.reduce(0) { $0 | 1 << $1 })"
        }
        expected.xp += 50 * Int64(Set(own.map { Self.day(of: $0.time) }).count)
        expected.xp += 50 * Int64(weeksWithRecord(own).count)
        expected.xp += 25 * Int64(active.count { $0 <= last })
        let longest = longestSeen[miner]
        let badges: [(String, Bool, Int64)] = [
            ("first_share", own.count >= 1, 50), ("shares_1k", own.count >= 1_000, 100), ("diff_1e6", expected.best >= 1e6, 50),
            ("diff_1e9", expected.best >= 1e9, 100), ("diff_1e12", expected.best >= 1e12, 200), ("streak_4", longest >= 4, 100),
            ("streak_12", longest >= 12, 200), ("streak_52", longest >= 52, 500),
        ]
        for (slug, isEarned, xp) in badges where isEarned {
            expected.badges.append(slug)
            expected.xp += xp
        }
        expected.badges.sort()
        expected.level = LevelTable.levels.last { $0.cumulativeXP <= expected.xp }?.number ?? 1
        let current = streak(active, through: last)
        let ever = active.map { streak(active.filter { $0 <= last }, through: min($0, last)).count }.max() ?? 0
        let latest = active.filter { $0 <= last }.max()
        expected.streak = [
            "\(current.count)/\(ever)", current.first.map { ISOWeek(index: $0).monday.description } ?? "-",
            latest.map { ISOWeek(index: $0).description } ?? "-",
        ].joined(separator: " ")
        expected.milestones = [1, 4, 12, 26, 52].filter { $0 <= longest }
        return expected
    }

    /// Weeks in which a share beat everything known before it.
    private func weeksWithRecord(_ own: [Share]) -> Set<Int> {
        var best = 0.0
        var weeks: Set<Int> = []
        for share in own where share.difficulty > best {
            if best > 0 { weeks.insert(Self.week(of: share.time)) }
            best = share.difficulty
        }
        return weeks
    }
}
