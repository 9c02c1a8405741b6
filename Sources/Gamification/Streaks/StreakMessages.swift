import API
import GameRules
import Platform

/// Messages of a streak on the channel `gamification` (spec 05 §10).
enum StreakMessages {
    /// What became of it.
    static func message(_ change: StreakChange, of evaluation: StreakEvaluation) -> Publisher.Personal {
        switch change {
        case .extended(let weeks): update("extended", weeks, evaluation.user, evaluation.after.longest, evaluation.through)
        case .broken(let weeks): update("broken", weeks, evaluation.user, evaluation.after.longest, evaluation.through)
        }
    }

    /// A length that is celebrated.
    static func milestone(_ milestone: StreakMilestone, of evaluation: StreakEvaluation) -> Publisher.Personal {
        let after = evaluation.after
        return update("milestone", after.current, evaluation.user, after.longest, evaluation.through, milestone)
    }

    /// Six hours left.
    static func warning(_ weeks: Int, longest: Int, of user: UserID, in week: ISOWeek) -> Publisher.Personal {
        update("warning", weeks, user, longest, week)
    }

    private static func update(
        _ event: StaticString,
        _ weeks: Int,
        _ user: UserID,
        _ longest: Int,
        _ week: ISOWeek,
        _ milestone: StreakMilestone? = nil
    ) -> Publisher.Personal {
        Publisher.Personal(to: user, channel: "gamification", type: "streak_update") { json in
            json.name("event")
            json.string(event.description)
            json.name("streak_length")
            json.integer(weeks)
            json.name("longest_streak")
            json.integer(longest)
            json.name("week_iso")
            json.string(week.description)
            guard let milestone else { return }
            json.name("streak_weeks")
            json.integer(milestone.weeks)
            json.name("milestone")
            json.string(milestone.label)
        }
    }
}
