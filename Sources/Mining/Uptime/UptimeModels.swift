import API
import GameRules

/// How many days back, today included.
struct UptimeInput: EndpointInput {
    let days: Int

    init(from fields: inout RequestFields) {
        days = fields.query("days", .integer(1...90), default: 30)
    }
}

/// A day of mining (spec 03 §4.6 route 15).
struct UptimeDay: ResponseObject, Equatable {
    /// UTC.
    let day: UTCDay
    var minutes: Int32 = 0
    var shares: Int64 = 0
    var accepted: Int64 = 0

    private var isActive: Bool { accepted > 0 }

    static let fields = JSONFields<UptimeDay>()
        .field("date", \.day.description, "UTC day")
        .field("uptime_minutes", \.minutes, "0 to 1440")
        .field("shares", \.shares, "Accepted and rejected")
        .field("active", \.isActive, "Whether a share was accepted")
}

/// Days of mining, the last is today.
struct UptimeCalendar: ResponseObject, Equatable {
    let days: [UptimeDay]

    /// With one decimal.
    private var hours: Double {
        let minutes = days.reduce(0.0) { $0 + Double($1.minutes) }
        return (minutes / 6).rounded(.toNearestOrAwayFromZero) / 10
    }
    private var active: Int { days.count { $0.accepted > 0 } }

    static let fields = JSONFields<UptimeCalendar>()
        .field("days", \.days, "Ascending, the last is today")
        .field("total_uptime_hours", \.hours, "One decimal")
        .field("days_active", \.active, "Days with an accepted share")
}
