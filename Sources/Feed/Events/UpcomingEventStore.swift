package import GameRules
import Platform
package import Postgres

/// The SQL of upcoming events and their reminders.
package struct UpcomingEventStore: Sendable {
    /// Most events a user is shown.
    static let limit = 10

    let database: PostgresClient

    package init(database: PostgresClient) {
        self.database = database
    }

    /// Writes an event, or what has changed of it.
    /// - Throws: ``UpcomingEventFault``.
    package static func upsert(_ event: UpcomingEvent, at now: Instant) throws(UpcomingEventFault) -> SQL {
        try event.check()
        return SQL.named(
            "upcoming_event_upsert",
            """
            insert into upcoming_events (id, event_type, title, description, starts_at, ends_at, action_label, action_href, target_user_id,
                                         created_at, updated_at)
            values (\(event.id), \(event.kind.rawValue), \(event.title), \(event.description), \(event.startsAt), \(event.endsAt),
                    \(event.action?.label), \(event.action?.href), \(event.target), \(now), \(now))
            on conflict (id) do update set
                event_type = excluded.event_type, title = excluded.title, description = excluded.description,
                starts_at = excluded.starts_at, ends_at = excluded.ends_at, action_label = excluded.action_label, action_href = excluded.action_href,
                target_user_id = excluded.target_user_id, is_active = true, updated_at = excluded.updated_at
            """
        )
    }

    /// Takes an event off the list.
    package static func deactivate(_ id: String, at now: Instant) -> SQL {
        SQL.named("upcoming_event_off", "update upcoming_events set is_active = false, updated_at = \(now) where id = \(id)")
    }

    /// Events for everybody or for a user that have not ended, the next to end first.
    static func current(for user: UserID, at now: Instant) -> SQL {
        SQL.named(
            "upcoming_events",
            """
            (select id, event_type, title, description, starts_at, ends_at, action_label, action_href, target_user_id from upcoming_events
             where is_active and target_user_id is null and ends_at > \(now) order by ends_at, id limit \(limit))
            union all
            (select id, event_type, title, description, starts_at, ends_at, action_label, action_href, target_user_id from upcoming_events
             where is_active and target_user_id = \(user) and ends_at > \(now) order by ends_at, id limit \(limit))
            """
        )
    }

    func events(for user: UserID, at now: Instant) async throws -> [UpcomingEvent] {
        try await database.query(Self.current(for: user, at: now)).compactMap(Self.event)
    }

    /// Active events of a kind that end within a span: those whose reminder may be due.
    static func ending(in span: ClosedRange<Instant>, kinds: [UpcomingEvent.Kind]) -> SQL {
        SQL.named(
            "upcoming_events_ending",
            """
            select id, event_type, title, description, starts_at, ends_at, action_label, action_href, target_user_id from upcoming_events
            where is_active and ends_at >= \(span.lowerBound) and ends_at <= \(span.upperBound) and event_type = any(\(kinds.map(\.rawValue)))
            order by ends_at, id
            """
        )
    }

    /// Takes on a reminder: whoever inserts the row sends it.
    static func claim(_ reminders: [(event: String, user: UserID?, leadSeconds: Int64)], at now: Instant) -> SQL {
        SQL.named(
            "event_reminder_claim",
            """
            insert into event_reminders (event_id, user_id, lead_seconds, sent_at)
            select r.event_id, r.user_id, r.lead, \(now)
            from unnest(\(reminders.map(\.event)), \(reminders.map { $0.user?.rawValue ?? 0 }), \(reminders.map { Int32($0.leadSeconds) }))
                as r (event_id, user_id, lead)
            on conflict do nothing
            returning event_id, user_id, lead_seconds
            """
        )
    }

    static func event(_ row: PostgresRow) throws -> UpcomingEvent? {
        let (id, type, title, description, starts, ends, label, href, target) = try row.decode(
            (String, String, String, String?, Instant?, Instant, String?, String?, UserID?).self
        )
        guard let kind = UpcomingEvent.Kind(rawValue: type) else { return nil }
        let action: UpcomingEvent.Action? = if let label, let href { UpcomingEvent.Action(label: label, href: href) } else { nil }
        return UpcomingEvent(
            id: id,
            kind: kind,
            title: title,
            description: description,
            startsAt: starts,
            endsAt: ends,
            action: action,
            target: target
        )
    }
}
