import API
import GameRules

/// A celebration a path names.
struct CelebrationPath: EndpointInput {
    let id: Int

    init(from fields: inout RequestFields) {
        id = fields.path("celebration_id", .integer())
    }
}

/// A level the caller has reached and not celebrated yet (spec 05 §9 E1).
struct LevelUp: ResponseObject {
    let id: Int64
    let oldLevel: Int32
    let newLevel: Int32
    let newTitle: String
    let createdAt: Instant

    static let fields = JSONFields<LevelUp>()
        .field("celebration_id", \.id)
        .field("old_level", \.oldLevel)
        .field("new_level", \.newLevel)
        .field("new_title", \.newTitle)
        .field("created_at", \.createdAt.rfc3339)
}

/// Levels still to be celebrated.
struct PendingLevelUps: ResponseObject {
    let celebrations: [LevelUp]

    static let fields = JSONFields<PendingLevelUps>().field("celebrations", \.celebrations, "Oldest first, at most 20")
}

/// A length of a streak the caller has reached and not celebrated yet (spec 05 §9 E3).
struct ReachedMilestone: ResponseObject {
    let id: Int64
    let streakWeeks: Int32
    let milestone: String
    let createdAt: Instant

    static let fields = JSONFields<ReachedMilestone>()
        .field("celebration_id", \.id)
        .field("streak_weeks", \.streakWeeks)
        .field("milestone", \.milestone, "Its name")
        .field("created_at", \.createdAt.rfc3339)
}

/// Milestones still to be celebrated.
struct PendingMilestones: ResponseObject {
    let celebrations: [ReachedMilestone]

    static let fields = JSONFields<PendingMilestones>().field("celebrations", \.celebrations, "Oldest first, at most 20")
}

extension APIError {
    static let celebrationNotFound = APIError.notFound("celebration_not_found", "There is no such celebration of yours.")
}
