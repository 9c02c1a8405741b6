import GameRules
import Platform
import Postgres

/// The SQL of ledger, badges and totals. Every statement is for any number of users; users come ascending, so that two transactions wait
/// for each other in one order (spec 05 §5.3).
struct LedgerStore: Sendable {
    /// Makes missing rows, locks all, answers ``GameStanding``. Users that do not exist are left out.
    func lock(_ users: [UserID], now: Instant) -> SQL {
        SQL.named(
            "game_lock",
            """
            insert into user_gamification as t (user_id, updated_at)
            select u.id, \(now) from users u where u.id = any(\(users)) order by u.id
            on conflict (user_id) do update set updated_at = t.updated_at
            returning \(sql: GameStanding.columns)
            """
        )
    }

    /// Books what has not been booked; answers the keys of new rows.
    func book(_ grants: [XPGrant], now: Instant) -> SQL {
        SQL.named(
            "game_book",
            """
            insert into xp_ledger (user_id, amount, source, source_id, description, idempotency_key, created_at)
            select *, \(now) from unnest(\(grants.map(\.user)), \(grants.map { Int32(clamping: $0.amount) }), \(grants.map(\.source.rawValue)),
                \(grants.map(\.sourceID)), \(grants.map(\.description)), \(grants.map(\.key)))
            on conflict (idempotency_key) do nothing
            returning idempotency_key
            """
        )
    }

    /// Gives badges that are not held and books what they are worth; answers user, badge, whether experience was booked.
    func award(_ awards: [GameEffects.Award], now: Instant) -> SQL {
        let keys = awards.map { "badge:\($0.badge.rule.slug):\($0.user)" }
        return SQL.named(
            "game_award",
            """
            with offered as (
                select * from unnest(\(awards.map(\.user)), \(awards.map(\.badge.id)), \(awards.map(\.metadata.json)),
                    \(awards.map { Int32(clamping: $0.badge.rule.xpReward) }), \(awards.map(\.badge.rule.slug)), \(awards.map(\.badge.name)),
                    \(keys)) with ordinality as o (user_id, badge_id, metadata, amount, slug, name, key, place)
            ), earned as (
                insert into user_badges (user_id, badge_id, earned_at, metadata)
                select user_id, badge_id, \(now), metadata::jsonb from offered order by place
                on conflict (user_id, badge_id) do nothing
                returning user_id, badge_id
            ), booked as (
                insert into xp_ledger (user_id, amount, source, source_id, description, idempotency_key, created_at)
                select o.user_id, o.amount, 'badge', o.slug, o.name, o.key, \(now)
                from offered o join earned using (user_id, badge_id) where o.amount <> 0 order by o.place
                on conflict (idempotency_key) do nothing
                returning idempotency_key
            )
            select e.user_id, e.badge_id, b.idempotency_key is not null
            from earned e join offered o using (user_id, badge_id) left join booked b on b.idempotency_key = o.key
            """
        )
    }

    /// One user's change of totals.
    struct Change: Sendable {
        let user: UserID
        var xp: Int64 = 0
        var badges: Int32 = 0
        /// The level of the total after the change.
        var level = LevelTable.level(forTotalXP: 0)
    }

    /// Adds to totals; answers user and the new total.
    func add(_ changes: [Change], now: Instant) -> SQL {
        SQL.named(
            "game_add",
            """
            update user_gamification t set
                total_xp = t.total_xp + c.xp, badges_earned = t.badges_earned + c.badges,
                level = c.level, level_title = c.title, updated_at = \(now)
            from unnest(\(changes.map(\.user)), \(changes.map(\.xp)), \(changes.map(\.badges)), \(changes.map { Int32($0.level.number) }),
                        \(changes.map(\.level.title))) as c (user_id, xp, badges, level, title)
            where t.user_id = c.user_id
            returning t.user_id, t.total_xp
            """
        )
    }

    /// Keeps a celebration until its user has seen it; a level reached again is celebrated once.
    func celebrate(_ risen: [GameOutcome.Risen], now: Instant) -> SQL {
        SQL.named(
            "game_celebrate",
            """
            insert into level_celebrations (user_id, old_level, new_level, new_title, created_at)
            select *, \(now) from unnest(\(risen.map(\.user)), \(risen.map { Int32($0.rise.old.number) }),
                \(risen.map { Int32($0.rise.new.number) }), \(risen.map(\.rise.new.title)))
            on conflict (user_id, new_level) do nothing
            """
        )
    }

    // MARK: after the commit

    func markNotified(_ earned: [GameOutcome.Earned]) -> SQL {
        SQL.named(
            "game_notified",
            """
            update user_badges b set notified = true
            from unnest(\(earned.map(\.user)), \(earned.map(\.badge.id))) as e (user_id, badge_id)
            where b.user_id = e.user_id and b.badge_id = e.badge_id
            """
        )
    }

    func countEarned(_ earned: [GameOutcome.Earned], now: Instant) -> SQL {
        let counts = earned.reduce(into: [Int32: Int32]()) { $0[$1.badge.id, default: 0] += 1 }.sorted { $0.key < $1.key }
        return SQL.named(
            "game_count_earned",
            """
            insert into badge_stats as s (badge_id, total_earned, last_earned_at, updated_at)
            select badge_id, n, \(now), \(now) from unnest(\(counts.map(\.key)), \(counts.map(\.value))) as c (badge_id, n)
            on conflict (badge_id) do update set
                total_earned = s.total_earned + excluded.total_earned,
                last_earned_at = greatest(s.last_earned_at, excluded.last_earned_at), updated_at = excluded.updated_at
            """
        )
    }
}
