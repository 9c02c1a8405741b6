import Foundation
import GameRules
import Testing

/// Foundation's calendars as the independent reference of the property tests.
func isoCalendar() throws -> Calendar {
    var calendar = Calendar(identifier: .iso8601)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    return calendar
}

extension Instant {
    var date: Date { Date(timeIntervalSince1970: unixSeconds) }
}
