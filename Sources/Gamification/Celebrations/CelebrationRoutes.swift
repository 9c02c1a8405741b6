import API
import HTTPTypes
import Platform

/// Levels and milestones until their owner has seen them celebrated (spec 05 §9 E1–E4).
enum CelebrationRoutes {
    static let levels = Endpoint<NoInput, PendingLevelUps>(
        .get,
        "/api/v1/users/me/level-ups/pending",
        id: "pendingLevelUps",
        tag: GamificationRoutes.tag,
        summary: "Levels of the caller that are still to be celebrated",
        auth: GamificationRoutes.reading,
        rate: .standard,
        cache: GamificationRoutes.cache
    )

    static let acknowledgeLevel = Endpoint<CelebrationPath, EmptyObject>(
        .post,
        "/api/v1/users/me/level-ups/{celebration_id}/ack",
        id: "acknowledgeLevelUp",
        tag: GamificationRoutes.tag,
        summary: "Mark a level as celebrated; again is as good as once",
        auth: GamificationRoutes.writing,
        rate: .standard,
        errors: [.notFound("celebration_not_found")],
        cache: GamificationRoutes.cache
    )

    static let milestones = Endpoint<NoInput, PendingMilestones>(
        .get,
        "/api/v1/users/me/streak-milestones/pending",
        id: "pendingStreakMilestones",
        tag: GamificationRoutes.tag,
        summary: "Streak milestones of the caller that are still to be celebrated",
        auth: GamificationRoutes.reading,
        rate: .standard,
        cache: GamificationRoutes.cache
    )

    static let acknowledgeMilestone = Endpoint<CelebrationPath, EmptyObject>(
        .post,
        "/api/v1/users/me/streak-milestones/{celebration_id}/ack",
        id: "acknowledgeStreakMilestone",
        tag: GamificationRoutes.tag,
        summary: "Mark a streak milestone as celebrated; again is as good as once",
        auth: GamificationRoutes.writing,
        rate: .standard,
        errors: [.notFound("celebration_not_found")],
        cache: GamificationRoutes.cache
    )

    static func add(to table: inout RouteTable<AppContext>, store: CelebrationStore) {
        table.add(levels) { _, context in try await store.levels(of: context.requirePrincipal().user) }
        table.add(acknowledgeLevel) { path, context in
            let statement = CelebrationStore.acknowledgeLevel(path.id, of: try context.requirePrincipal().user, now: context.now)
            guard try await store.acknowledge(statement) else { throw APIError.celebrationNotFound }
            return EmptyObject()
        }
        table.add(milestones) { _, context in try await store.milestones(of: context.requirePrincipal().user) }
        table.add(acknowledgeMilestone) { path, context in
            let statement = CelebrationStore.acknowledgeMilestone(path.id, of: try context.requirePrincipal().user, now: context.now)
            guard try await store.acknowledge(statement) else { throw APIError.celebrationNotFound }
            return EmptyObject()
        }
    }
}
