import GameRules
import Platform
import Postgres

/// The SQL of a user's state: one row by key and the two latest active weeks by index (spec 05 §9 no. 9).
struct ProgressStore: Sendable {
    /// A state row with what belongs to it.
    struct Row: Sendable {
        let totalXP: Int64
        let badgesEarned: Int32
        let streak: StoredStreak
        /// Newest first.
        let latest: [ActiveWeek]
        let stats: ProgressStats
    }

    let database: PostgresClient

    /// The state with each of the two weeks, newest first; once without a week.
    static func selectState(of user: UserID, running: ISOWeek) -> SQL {
        SQL.named(
            "gamification_state",
            """
            select g.total_xp, g.badges_earned, g.current_streak, g.longest_streak, g.streak_start_date, g.last_active_week,
                   g.streak_evaluated_week, g.total_shares, g.best_difficulty, g.blocks_found, g.lottery_wins, c.week_start, c.day_mask
            from user_gamification g left join lateral (
                select week_start, day_mask from streak_calendar
                where user_id = g.user_id and is_active and week_start <= \(running.monday) order by week_start desc limit 2
            ) c on true
            where g.user_id = \(user)
            """
        )
    }

    /// When the account was created, and the levels celebrated since.
    static func selectLevels(of user: UserID) -> SQL {
        SQL.named(
            "levels_reached",
            """
            select u.created_at, g.total_xp, l.new_level, l.created_at
            from users u left join user_gamification g on g.user_id = u.id left join level_celebrations l on l.user_id = u.id
            where u.id = \(user) order by l.new_level
            """
        )
    }

    /// Nil for a user without a row.
    func state(of user: UserID, running: ISOWeek) async throws -> Row? {
        let rows = try await database.query(Self.selectState(of: user, running: running))
        guard let first = rows.first else { return nil }
        let (xp, badges, current, longest, start, lastActive, evaluated, shares, best, blocks, wins) = try first.decode(
            (Int64, Int32, Int32, Int32, UTCDay?, String?, String?, Int64, Double, Int32, Int32).self
        )
        let latest = try rows.compactMap { row -> ActiveWeek? in
            guard !row[11].isNull else { return nil }
            return ActiveWeek(week: ISOWeek(containing: try UTCDay(postgres: row[11])), dayMask: try Int16(postgres: row[12]))
        }
        return Row(
            totalXP: xp,
            badgesEarned: badges,
            streak: StoredStreak(
                current: Int(current),
                longest: Int(longest),
                start: start,
                lastActiveWeek: lastActive.flatMap { ISOWeek($0) },
                evaluatedWeek: evaluated.flatMap { ISOWeek($0) }
            ),
            latest: latest.sorted { $0.week > $1.week },
            stats: ProgressStats(totalShares: shares, bestDifficulty: best, blocksFound: blocks, lotteryWins: wins)
        )
    }

    /// Total and the levels reached, level 1 with the account.
    func experience(of user: UserID) async throws -> Experience {
        var total: Int64 = 0
        var levels: [ReachedLevel] = []
        for row in try await database.query(Self.selectLevels(of: user)) {
            let (created, xp, level, reachedAt) = try row.decode((Instant, Int64?, Int32?, Instant?).self)
            total = xp ?? 0
            if levels.isEmpty { levels.append(ReachedLevel(level: 1, reachedAt: created)) }
            if let level, let reachedAt { levels.append(ReachedLevel(level: level, reachedAt: reachedAt)) }
        }
        return Experience(summary: ExperienceSummary(totalXP: total), levelsReached: levels)
    }
}
