import API
import GameRules
import Platform
import Postgres

/// The SQL of settings. Groups live in `user_settings`, except notifications, whose only authority is `notification_preferences`
/// (spec 08 §1).
struct SettingsStore: Sendable {
    /// Answers one row: privacy, mining, sound, then the columns of the preferences; null where nothing is stored.
    static func select(_ user: UserID) -> SQL {
        SQL.named(
            "settings",
            """
            select s.privacy, s.mining, s.sound,
                   n.personal_best, n.badge_earned, n.world_cup_match, n.lottery_results, n.block_found_any, n.leaderboard_change,
                   n.coop_activity, n.education_recommendation, n.in_app, n.browser_push, n.email_notifications, n.email
            from (select \(user)::bigint as id) u
            left join user_settings s on s.user_id = u.id
            left join notification_preferences n on n.user_id = u.id
            """
        )
    }

    static func settings(_ rows: PostgresRows) throws -> UserSettings {
        guard let row = rows.first else { return UserSettings() }
        var stored: [SettingsGroup: JSONObject] = [:]
        for (column, group) in [SettingsGroup.privacy, .mining, .sound].enumerated() {
            guard let document = try Optional<JSONB>(postgres: row[column]) else { continue }
            stored[group] = try document.parsed().objectValue
        }
        var notifications = JSONObject()
        for (offset, key) in SettingsGroup.notifications.keys.enumerated() {
            let cell = row[3 + offset]
            switch key.initial.kind {
            case .bool: notifications[key.name] = try Optional<Bool>(postgres: cell).map { .bool($0) }
            default: notifications[key.name] = try Optional<String>(postgres: cell).map { .string($0) }
            }
        }
        stored[.notifications] = notifications
        return UserSettings(stored: stored)
    }

    /// Stores new values key by key, merged by the database into whatever else is stored. Initial values are removed, not stored.
    static func write(_ changes: [SettingsChange], of user: UserID, at now: Instant) -> [SQL] {
        var statements: [SQL] = []
        if changes.contains(where: { $0.group != .notifications }) { statements.append(writeDocuments(changes, of: user, at: now)) }
        if changes.contains(where: { $0.group == .notifications }) {
            statements += [makePreferences(of: user, at: now), writePreferences(changes, of: user, at: now)]
        }
        return statements
    }

    private static func writeDocuments(_ changes: [SettingsChange], of user: UserID, at now: Instant) -> SQL {
        let privacy = Merge(changes, .privacy)
        let mining = Merge(changes, .mining)
        let sound = Merge(changes, .sound)
        return SQL.named(
            "settings_write",
            """
            insert into user_settings as s (user_id, privacy, mining, sound, updated_at)
            values (\(user), \(privacy.set), \(mining.set), \(sound.set), \(now))
            on conflict (user_id) do update set
                privacy = (s.privacy || excluded.privacy) - \(privacy.reset),
                mining = (s.mining || excluded.mining) - \(mining.reset),
                sound = (s.sound || excluded.sound) - \(sound.reset),
                updated_at = excluded.updated_at
            """
        )
    }

    private static func makePreferences(of user: UserID, at now: Instant) -> SQL {
        "insert into notification_preferences (user_id, updated_at) values (\(user), \(now)) on conflict do nothing"
    }

    private static func writePreferences(_ changes: [SettingsChange], of user: UserID, at now: Instant) -> SQL {
        func new(_ name: String) -> JSONValue? { changes.first { $0.group == .notifications && $0.key.name == name }?.new }
        func flag(_ name: String) -> Bool? { new(name)?.boolValue }
        // An empty text stands for none, so that null can mean: as it is.
        let email = new("email")?.stringValue
        return SQL.named(
            "preferences_write",
            """
            update notification_preferences set
                personal_best = coalesce(\(flag("personalBest")), personal_best),
                badge_earned = coalesce(\(flag("badgeEarned")), badge_earned),
                world_cup_match = coalesce(\(flag("worldCupMatch")), world_cup_match),
                lottery_results = coalesce(\(flag("lotteryResults")), lottery_results),
                block_found_any = coalesce(\(flag("blockFoundAny")), block_found_any),
                leaderboard_change = coalesce(\(flag("leaderboardChange")), leaderboard_change),
                coop_activity = coalesce(\(flag("coopActivity")), coop_activity),
                education_recommendation = coalesce(\(flag("educationRecommendation")), education_recommendation),
                in_app = coalesce(\(flag("inApp")), in_app),
                browser_push = coalesce(\(flag("browserPush")), browser_push),
                email_notifications = coalesce(\(flag("emailNotifications")), email_notifications),
                email = nullif(coalesce(\(email), email), ''),
                updated_at = \(now)
            where user_id = \(user)
            """
        )
    }

    /// What becomes of a group's document: values to set, names to remove.
    private struct Merge {
        var set: JSONB
        var reset: [String] = []

        init(_ changes: [SettingsChange], _ group: SettingsGroup) {
            var values = JSONObject()
            for change in changes where change.group == group {
                if change.new == change.key.initial { reset.append(change.key.name) } else { values[change.key.name] = change.new }
            }
            set = JSONB(.object(values))
        }
    }
}
