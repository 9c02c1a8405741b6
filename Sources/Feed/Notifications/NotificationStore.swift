import API
package import GameRules
import Metrics
import Platform
package import Postgres

/// The one way notifications are made: by the users' wishes, each once (spec 08 §4.1).
package enum NotificationStore {
    /// Of one kind, for one user, within an hour; what is more is dropped and counted, unless it is critical (spec 08 §4.3).
    static let hourlyLimit = 20

    /// Writes notifications in the transaction of what they tell.
    /// - Returns: how many were made; the others were made before, are not wanted, or are too many. These are counted at once: a
    ///   transaction that is done again counts them again.
    @discardableResult
    package static func insert(_ notifications: [Notification], at now: Instant, in transaction: PostgresTransaction) async throws -> Int {
        guard !notifications.isEmpty else { return 0 }
        let counts = try await transaction.query(statement(notifications, at: now)).decode((String?, Int64).self)
        for (kind, count) in counts {
            guard let kind else { continue }
            Counter(label: "tbg_notifications_dropped_total", dimensions: [("kind", kind)]).increment(by: count)
        }
        return counts.reduce(0) { $0 + ($1.0 == nil ? Int($1.1) : 0) }
    }

    /// Answers how many were made, without a kind, and how many of each kind were too many.
    private static func statement(_ all: [Notification], at now: Instant) -> SQL {
        SQL.named(
            "notifications_insert",
            """
            with wished as (
                select n.*, coalesce(p.in_app, true) or n.is_critical as in_app,
                       n.is_mailed and coalesce(p.email_notifications, false) and u.email_verified and u.email is not null as by_mail,
                       n.is_critical or case n.preference
                           when 'personal_best' then coalesce(p.personal_best, true)
                           when 'badge_earned' then coalesce(p.badge_earned, true)
                           when 'world_cup_match' then coalesce(p.world_cup_match, true)
                           when 'lottery_results' then coalesce(p.lottery_results, true)
                           when 'block_found_any' then coalesce(p.block_found_any, false)
                           when 'leaderboard_change' then coalesce(p.leaderboard_change, false)
                           when 'coop_activity' then coalesce(p.coop_activity, false)
                           when 'education_recommendation' then coalesce(p.education_recommendation, false)
                           else true
                       end as is_wanted,
                       row_number() over (partition by n.user_id, n.subtype order by n.place) as place_of_kind
                from unnest(\(all.map(\.user)), \(all.map(\.kind.type)), \(all.map(\.kind.rawValue)), \(all.map(\.title)),
                            \(all.map(\.description)), \(all.map(\.kind.action.url)), \(all.map(\.kind.action.label)),
                            \(all.map { JSONB(.object($0.metadata)) }), \(all.map(\.dedupeKey)), \(all.map(\.expiresAt)),
                            \(all.map(\.kind.preference)), \(all.map(\.kind.isCritical)), \(all.map(\.kind.isMailed)))
                    with ordinality as n (user_id, type, subtype, title, description, action_url, action_label, metadata, dedupe_key,
                                          expires_at, preference, is_critical, is_mailed, place)
                join users u on u.id = n.user_id
                left join notification_preferences p on p.user_id = n.user_id
                where not exists (select from notifications o where o.user_id = n.user_id and o.dedupe_key = n.dedupe_key)
            ), wanted as (
                select w.*, w.is_critical or w.place_of_kind + (
                    select count(*) from notifications o
                    where o.user_id = w.user_id and o.created_at > \(now.adding(seconds: -3600)) and o.subtype = w.subtype
                ) <= \(hourlyLimit) as is_within
                from wished w where w.is_wanted and (w.in_app or w.by_mail)
            ), made as (
            insert into notifications (user_id, type, subtype, title, description, action_url, action_label, metadata, in_app, created_at,
                                       expires_at, dedupe_key, next_attempt_at, email_state)
            select w.user_id, w.type, w.subtype, w.title, w.description, w.action_url, w.action_label, w.metadata, w.in_app, \(now),
                   w.expires_at, w.dedupe_key, \(now), case when w.by_mail then 'pending' else 'none' end
            from wanted w where w.is_within
            on conflict (user_id, dedupe_key) where dedupe_key is not null do nothing
            returning 1
            )
            select null::text, count(*) from made union all
            select subtype::text, count(*) from wanted where not is_within group by subtype
            """
        )
    }
}
