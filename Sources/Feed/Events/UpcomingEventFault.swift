/// What is wrong with an event that is to be stored: a mistake of its writer, named by its member.
package enum UpcomingEventFault: Error, Equatable, CustomStringConvertible {
    /// Not 1 to `most` characters.
    case length(member: String, most: Int)
    /// `starts_at` is not before `ends_at`.
    case order
    /// The page is none of the dashboard's.
    case unknownPage(String)

    package var description: String {
        switch self {
        case .length(let member, let most): "\(member) must have 1 to \(most) characters"
        case .order: "starts_at must be before ends_at"
        case .unknownPage(let href): "action.href is no page of the dashboard: \(href.prefix(64))"
        }
    }
}

extension UpcomingEvent {
    /// What the table would refuse, and what would lead to an empty page.
    func check() throws(UpcomingEventFault) {
        for (member, text, most) in [("id", id, 64), ("title", title, 256), ("action.label", action?.label ?? "-", 64)]
        where !(1...most).contains(text.unicodeScalars.count) {
            throw .length(member: member, most: most)
        }
        if let startsAt, startsAt >= endsAt { throw .order }
        if let action, !DashboardPage.exists(action.href) { throw .unknownPage(action.href) }
    }
}
