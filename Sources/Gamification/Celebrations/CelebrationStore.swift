import GameRules
import Platform
import Postgres

/// The SQL of what has yet to be celebrated: levels and lengths of streaks (spec 05 §9 E1–E4).
struct CelebrationStore: Sendable {
    /// Most celebrations listed.
    static let mostPending = 20

    let database: PostgresClient

    static func selectLevels(of user: UserID) -> SQL {
        SQL.named(
            "level_celebrations_pending",
            """
            select id, old_level, new_level, new_title, created_at from level_celebrations
            where user_id = \(user) and not celebrated order by created_at, id limit \(mostPending)
            """
        )
    }

    static func selectMilestones(of user: UserID) -> SQL {
        SQL.named(
            "streak_celebrations_pending",
            """
            select id, streak_weeks, milestone, created_at from streak_celebrations
            where user_id = \(user) and not celebrated order by created_at, id limit \(mostPending)
            """
        )
    }

    func levels(of user: UserID) async throws -> PendingLevelUps {
        let rows = try await database.query(Self.selectLevels(of: user))
        return PendingLevelUps(
            celebrations: try rows.map { row in
                let (id, old, new, title, createdAt) = try row.decode((Int64, Int32, Int32, String, Instant).self)
                return LevelUp(id: id, oldLevel: old, newLevel: new, newTitle: title, createdAt: createdAt)
            }
        )
    }

    func milestones(of user: UserID) async throws -> PendingMilestones {
        let rows = try await database.query(Self.selectMilestones(of: user))
        return PendingMilestones(
            celebrations: try rows.map { row in
                let (id, weeks, milestone, createdAt) = try row.decode((Int64, Int32, String, Instant).self)
                return ReachedMilestone(id: id, streakWeeks: weeks, milestone: milestone, createdAt: createdAt)
            }
        )
    }

    /// Answers the id; no row unless it is the user's. The first instant stays.
    static func acknowledgeLevel(_ id: Int, of user: UserID, now: Instant) -> SQL {
        SQL.named(
            "level_celebration_ack",
            """
            update level_celebrations set celebrated = true, celebrated_at = coalesce(celebrated_at, \(now))
            where id = \(Int64(id)) and user_id = \(user) returning id
            """
        )
    }

    /// The same for a milestone.
    static func acknowledgeMilestone(_ id: Int, of user: UserID, now: Instant) -> SQL {
        SQL.named(
            "streak_celebration_ack",
            """
            update streak_celebrations set celebrated = true, celebrated_at = coalesce(celebrated_at, \(now))
            where id = \(Int64(id)) and user_id = \(user) returning id
            """
        )
    }

    /// Runs one of the two above and says whether the celebration is the user's.
    func acknowledge(_ statement: SQL) async throws -> Bool { try await !database.query(statement, access: .write).isEmpty }
}
