package import GameRules
package import Platform
import Redis

/// Live figures of many users at once: from Redis, or from their last snapshots while it is away.
package struct LiveFigures: Sendable {
    private let live: LiveReader
    private let store: HashrateStore

    package init(runtime: Runtime) {
        live = LiveReader(redis: runtime.redis)
        store = HashrateStore(database: runtime.database)
    }

    /// What was found, and whether it is from snapshots.
    package struct Answer: Sendable {
        package let figures: [UserID: LiveReader.UserFigures]
        package let isStale: Bool
    }

    package func figures(of miners: [LiveMiner], at now: Instant) async throws -> Answer {
        do {
            let found = try await live.figures(of: miners, at: now)
            return Answer(figures: Dictionary(zip(miners.map(\.user), found)) { first, _ in first }, isStale: false)
        } catch is RedisError {
            return Answer(figures: try await store.lastSnapshots(of: miners.map(\.user), at: now), isStale: true)
        }
    }
}
