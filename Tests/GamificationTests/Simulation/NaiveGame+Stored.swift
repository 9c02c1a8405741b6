import FeatureRig
import GameRules
import Platform
import Postgres

extension NaiveGame {
    /// What the database holds, by miner.
    static func stored(in database: PostgresClient, of addresses: [String]) async throws -> [NaiveGame.Expectation] {
        var found: [String: NaiveGame.Expectation] = [:]
        let rows = try await database.query(
            """
            select u.btc_address, g.total_shares, g.best_difficulty, g.total_xp, g.level,
                   g.current_streak || '/' || g.longest_streak || ' ' || coalesce(g.streak_start_date::text, '-') || ' '
                       || coalesce(g.last_active_week, '-'),
                   array(select d.slug::text from user_badges b join badge_definitions d on d.id = b.badge_id
                         where b.user_id = u.id order by d.slug::text collate "C"),
                   array(select streak_weeks from streak_celebrations c where c.user_id = u.id order by 1),
                   array(select c.week_start from streak_calendar c where c.user_id = u.id order by week_start),
                   array(select c.share_count from streak_calendar c where c.user_id = u.id order by week_start),
                   array(select c.best_diff from streak_calendar c where c.user_id = u.id order by week_start),
                   array(select c.day_mask from streak_calendar c where c.user_id = u.id order by week_start)
            from users u join user_gamification g on g.user_id = u.id
            """,
            access: .write
        )
        for row in rows {
            let (address, shares, best, xp, level, streak, badges, milestones, mondays, counts, bests, masks) = try row.decode(
                (String, Int64, Double, Int64, Int32, String, [String], [Int32], [UTCDay], [Int64], [Double], [Int16]).self
            )
            found[address] = NaiveGame.Expectation(
                shares: Int(shares),
                best: best,
                calendar: mondays.indices.map {
                    "\(ISOWeek(containing: mondays[$0])) \(counts[$0]) \(bests[$0]) \(masks[$0])"
                },
                xp: xp,
                level: Int(level),
                badges: badges,
                streak: streak,
                milestones: milestones.map(Int.init)
            )
        }
        return addresses.map { found[$0] ?? NaiveGame.Expectation(streak: "0/0 - -") }
    }
}
