import API
package import GameRules
package import Platform
import Postgres

/// Reminds users of what is about to end (spec 04 §10.3), each lead once: the row of a reminder is inserted first, and whoever inserts it
/// sends it, so that two leaders send no more than one. A lead that was missed is recorded and not sent.
package struct EventReminders: Sendable {
    /// How late a reminder may come, seconds.
    static let graceSeconds: Int64 = 300
    /// Recorded without being sent: leads that ended longer ago are nobody's concern.
    private static let memorySeconds: Int64 = 86_400

    private let database: PostgresClient
    private let publisher: Publisher

    package init(runtime: Runtime) {
        database = runtime.database
        publisher = Publisher(redis: runtime.redis, clock: runtime.clock)
    }

    /// - Returns: how many reminders were sent.
    @discardableResult
    package func run(at now: Instant) async throws -> Int {
        let kinds = UpcomingEvent.Kind.allCases.filter { $0 != .streak }
        let longest = kinds.flatMap(\.reminderLeads).max() ?? 0
        let span = now...now.adding(seconds: longest)
        let events = try await database.query(UpcomingEventStore.ending(in: span, kinds: kinds), access: .read)
            .compactMap(UpcomingEventStore.event)
        return try await remind(events, at: now)
    }

    /// Sends the reminders of some events that are due.
    package func remind(_ events: [UpcomingEvent], at now: Instant) async throws -> Int {
        var due: [(event: UpcomingEvent, leadSeconds: Int64, isLate: Bool)] = []
        for event in events {
            for lead in event.kind.reminderLeads {
                let dueAt = event.endsAt.adding(seconds: -lead)
                guard dueAt <= now, now < dueAt.adding(seconds: Self.memorySeconds), now < event.endsAt else { continue }
                due.append((event, lead, now >= dueAt.adding(seconds: Self.graceSeconds)))
            }
        }
        guard !due.isEmpty else { return 0 }
        let claims = due.map { (event: $0.event.id, user: $0.event.target, leadSeconds: $0.leadSeconds) }
        let claimed = try await database.query(UpcomingEventStore.claim(claims, at: now), access: .write).decode(
            (String, Int64, Int32).self
        )
        let mine = Set(claimed.map { Claim(event: $0, user: $1, lead: Int64($2)) })
        let sent = due.filter {
            !$0.isLate && mine.contains(Claim(event: $0.event.id, user: $0.event.target?.rawValue ?? 0, lead: $0.leadSeconds))
        }
        @Sendable func write(_ reminder: (event: UpcomingEvent, leadSeconds: Int64, isLate: Bool), _ json: inout JSONWriter) {
            json.name("event")
            UpcomingEventItem(event: reminder.event).encode(to: &json)
            json.name("lead_seconds")
            json.integer(reminder.leadSeconds)
            json.name("seconds_left")
            json.integer(max(0, reminder.event.endsAt.secondsSinceUnixEpoch - now.secondsSinceUnixEpoch))
        }
        await publisher.send(
            sent.filter { $0.event.target == nil }.map { reminder in
                Publisher.Shared(channel: "dashboard", type: "event_reminder") { write(reminder, &$0) }
            }
        )
        await publisher.send(
            sent.compactMap { reminder in
                reminder.event.target.map { user in
                    Publisher.Personal(to: user, channel: "dashboard", type: "event_reminder") { write(reminder, &$0) }
                }
            }
        )
        return sent.count
    }

    private struct Claim: Hashable {
        let event: String
        let user: Int64
        let lead: Int64
    }
}
