import GameRules
package import Platform

/// Answers what is coming up for a user: stored events, and those that other features compute.
package struct UpcomingEvents: Sendable {
    private let store: UpcomingEventStore
    private let personal: [any PersonalEvents]

    package init(runtime: Runtime, personal: [any PersonalEvents] = []) {
        store = UpcomingEventStore(database: runtime.database)
        self.personal = personal
    }

    func list(for user: UserID, at now: Instant) async throws -> [UpcomingEventItem] {
        var events = try await store.events(for: user, at: now)
        for source in personal { events += try await source.events(of: user, at: now).filter { $0.endsAt > now } }
        events.sort { ($0.endsAt, $0.id) < ($1.endsAt, $1.id) }
        var list: [UpcomingEventItem] = []
        for event in events.prefix(UpcomingEventStore.limit) {
            var event = event
            for source in personal { event = try await source.personalized(event, for: user, at: now) }
            list.append(UpcomingEventItem(event: event))
        }
        return list
    }
}
