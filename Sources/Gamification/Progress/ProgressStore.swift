import GameRules
import Platform
import Postgres

/// The SQL of a user's state: one row by key (spec 05 §9 no. 9).
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

    static func selectState(of user: UserID) -> SQL {
        SQL.named(
            "gamification_state",
            """
            select total_xp, badges_earned, current_streak, longest_streak, streak_start_date, last_active_week,
                   streak_evaluated_week, total_shares, best_difficulty, blocks_found, lottery_wins,
                   latest_active_week, latest_day_mask, active_week_before
            from user_gamification where user_id = \(user)
            """
        )
    }

    /// The two latest active weeks up to one, newest first.
    static func selectLatest(of user: UserID, through last: ISOWeek) -> SQL {
        SQL.named(
            "streak_latest_weeks",
            """
            select week_start, day_mask from streak_calendar
            where user_id = \(user) and is_active and week_start <= \(last.monday) order by week_start desc limit 2
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
        guard let row = try await database.query(Self.selectState(of: user)).first else { return nil }
        let (xp, badges, current, longest, start, lastActive, evaluated, shares, best, blocks, wins) = try row.decode(
            (Int64, Int32, Int32, Int32, UTCDay?, String?, String?, Int64, Double, Int32, Int32).self
        )
        var latest: [ActiveWeek] = []
        if let monday = try UTCDay?(postgres: row[11]) {
            latest.append(ActiveWeek(week: ISOWeek(containing: monday), dayMask: try Int16(postgres: row[12])))
            // Only whether that week was active matters, not on which days.
            if let before = try UTCDay?(postgres: row[13]) { latest.append(ActiveWeek(week: ISOWeek(containing: before), dayMask: 0)) }
        }
        // A share may be stamped a moment ahead of the clock.
        if let newest = latest.first, newest.week > running {
            latest = try await database.query(Self.selectLatest(of: user, through: running)).decode((UTCDay, Int16).self).map {
                ActiveWeek(week: ISOWeek(containing: $0.0), dayMask: $0.1)
            }
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
            latest: latest,
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
