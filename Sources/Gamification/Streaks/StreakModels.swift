import API
import GameRules

/// The caller's streak (spec 05 §9 no. 7).
struct StreakAnswer: ResponseObject {
    let view: StreakView

    private var goal: MilestoneGoal? {
        StreakMilestone.next(afterWeeks: view.effective).map { MilestoneGoal(milestone: $0, weeksToGo: $0.weeks - view.effective) }
    }

    static let fields = JSONFields<StreakAnswer>()
        .field("current_streak", \.view.current, "Consecutive active weeks up to the last closed one")
        .field("longest_streak", \.view.longest)
        .field("streak_start_date", \.view.firstWeek?.monday.description, "The Monday of the first week")
        .field("last_active_week", \.view.lastActiveWeek?.description, "ISO week such as 2026-W09")
        .field("is_active_this_week", \.view.isActiveThisWeek)
        .field("effective_streak", \.view.effective, "With the running week, when it is active")
        .field("days_active_this_week", \.view.daysActiveThisWeek, "0 to 7")
        .field("streak_expires_at", \.view.expiresAt?.rfc3339, "Null when there is nothing to lose")
        .field("next_milestone", \.goal, "Null beyond 52 weeks")
}

/// The next length that is celebrated.
struct MilestoneGoal: ResponseObject {
    let milestone: StreakMilestone
    let weeksToGo: Int

    static let fields = JSONFields<MilestoneGoal>()
        .field("weeks", \.milestone.weeks)
        .field("label", \.milestone.label)
        .field("weeks_to_go", \.weeksToGo)
}

/// How far back the calendar goes.
struct CalendarQuery: EndpointInput {
    let weeks: Int
    let fill: Bool

    init(from fields: inout RequestFields) {
        weeks = fields.query("weeks", .integer(1...104), default: 52, doc: "ISO weeks, the running one included")
        fill = fields.query("fill", .boolean, default: false, doc: "Whether weeks without activity are listed too")
    }
}

/// A week of the calendar (spec 05 §9 no. 8).
struct CalendarWeek: ResponseObject, Equatable {
    let week: ISOWeek
    var shareCount: Int64 = 0
    var bestDifficulty = 0.0
    var isActive = false
    var isExcused = false

    static let fields = JSONFields<CalendarWeek>()
        .field("week_iso", \.week.description)
        .field("week_start", \.week.monday.description)
        .field("share_count", \.shareCount, "Accepted")
        .field("best_diff", \.bestDifficulty)
        .field("is_active", \.isActive)
        .field("is_excused", \.isExcused, "The pool was down: the week does not break a streak")
}

/// Weeks of mining.
struct StreakCalendar: ResponseObject {
    let weeks: [CalendarWeek]

    static let fields = JSONFields<StreakCalendar>().field("weeks", \.weeks, "Newest first")
}
