import API
package import GameRules

/// Something that is going to end: a lottery, a match, a streak at risk (spec 04 §5).
package struct UpcomingEvent: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case worldCup = "world-cup"
        case lottery, streak, competition, maintenance

        /// How long before the end a reminder is due, seconds (spec 04 §10.3).
        package var reminderLeads: [Int64] {
            switch self {
            case .lottery, .worldCup, .competition: [86_400, 3_600, 600]
            case .maintenance: [3_600, 600]
            case .streak: [21_600, 3_600]
            }
        }
    }

    /// Where a button leads, and what it says.
    package struct Action: Sendable, Equatable {
        package let label: String
        /// One of ``DashboardPage``.
        package let href: String

        package init(label: String, href: String) {
            self.label = label
            self.href = href
        }
    }

    /// Stable, chosen by the writer: `lottery-2026-W09`. At most 64 characters.
    package let id: String
    package let kind: Kind
    package var title: String
    package var description: String?
    package let startsAt: Instant?
    package let endsAt: Instant
    package let action: Action?
    /// The only user it concerns; nil for everybody.
    package let target: UserID?

    package init(
        id: String,
        kind: Kind,
        title: String,
        description: String? = nil,
        startsAt: Instant? = nil,
        endsAt: Instant,
        action: Action? = nil,
        target: UserID? = nil
    ) {
        self.id = id
        self.kind = kind
        self.title = title
        self.description = description
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.action = action
        self.target = target
    }
}

/// An event on the wire.
struct UpcomingEventItem: ResponseObject {
    let event: UpcomingEvent

    static let fields = JSONFields<UpcomingEventItem>("UpcomingEvent")
        .field("id", \.event.id)
        .field("type", \.event.kind.rawValue, "`world-cup`, `lottery`, `streak`, `competition` or `maintenance`")
        .field("title", \.event.title)
        .field("description", \.event.description)
        .field("starts_at", \.event.startsAt?.rfc3339)
        .field("ends_at", \.event.endsAt.rfc3339)
        .field("action", { $0.event.action.map(UpcomingActionItem.init) }, "Null when there is nothing to do")
}

struct UpcomingActionItem: ResponseObject {
    let action: UpcomingEvent.Action

    static let fields = JSONFields<UpcomingActionItem>("UpcomingAction")
        .field("label", \.action.label)
        .field("href", \.action.href, "A page of the dashboard")
}

/// What features above the feed add to a user's events without storing it: a streak at risk, the number of lottery tickets.
package protocol PersonalEvents: Sendable {
    /// Events computed for a user.
    func events(of user: UserID, at now: Instant) async throws -> [UpcomingEvent]
    /// Changes a stored event for a user, such as its description.
    func personalized(_ event: UpcomingEvent, for user: UserID, at now: Instant) async throws -> UpcomingEvent
}

extension PersonalEvents {
    package func personalized(_ event: UpcomingEvent, for user: UserID, at now: Instant) async throws -> UpcomingEvent { event }
}
