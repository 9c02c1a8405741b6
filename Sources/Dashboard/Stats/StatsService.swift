import API
import GameRules
import HTTPTypes
import Mining
import NIOCore
package import Platform

/// Answers the figures of the start page, from Redis for ten seconds, and makes them anew for any number of users (spec 04 §3, §10.1).
package struct StatsService: Sendable {
    /// How long a caller waits for a computation another has begun.
    private static let patience = Duration.seconds(2)

    private let reader: StatsReader
    private let cache: StatsCache
    private let assumedDifficulty: Double
    private let flights = SingleFlight<UserID, CachedStats>()

    package init(runtime: Runtime) {
        reader = StatsReader(runtime: runtime)
        cache = StatsCache(redis: runtime.redis)
        assumedDifficulty = runtime.settings.assumedNetworkDifficulty
    }

    /// The bytes in Redis while they are fresh. A miss is computed once on this node, however many ask.
    func answer(to principal: Principal, at now: Instant) async throws -> RawResponse {
        let user = principal.user
        if let stats = await fresh(user, at: now) { return Self.answer(stats) }
        let stats = try await flights.value(of: user, patience: Self.patience) {
            // Another may have finished between the look and the start.
            if let stats = await fresh(user, at: now) { return stats }
            let miner = LiveMiner(user: user, address: principal.address)
            guard let made = try await refresh([miner], at: now).first else { throw APIError.unavailable() }
            return made.stats
        }
        guard let stats else { throw APIError.unavailable() }
        return Self.answer(stats)
    }

    private func fresh(_ user: UserID, at now: Instant) async -> CachedStats? {
        guard let stats = try? await cache.stats(of: user), stats.isFresh(at: now) else { return nil }
        return stats
    }

    private static func answer(_ stats: CachedStats) -> RawResponse {
        var response = RawResponse.json(stats.body)
        response.headers = DataHeaders.fields(isStale: stats.isStale)
        return response
    }

    // MARK: making figures

    /// Figures made for one user.
    struct Made: Sendable {
        let miner: LiveMiner
        let stats: CachedStats
        /// Nil while nobody knows.
        let live: LiveReader.UserFigures?
    }

    /// Makes the figures of some users, in their order, and keeps them.
    func refresh(_ miners: [LiveMiner], at now: Instant) async throws -> [Made] {
        let parts = try await reader.parts(of: miners, at: now)
        let lacking = miners.map(\.user).filter { parts[$0]?.isComplete == false }
        let before = (try? await cache.stats(of: lacking)) ?? [:]
        let made = miners.map { miner in
            let parts = parts[miner.user] ?? StatsParts()
            let previous = before[miner.user].flatMap { $0.isUsable(at: now) ? $0 : nil }
            return Made(miner: miner, stats: stats(parts, previous: previous, at: now), live: parts.live)
        }
        // Without Redis everybody computes for himself.
        try? await cache.keep(Dictionary(made.map { ($0.miner.user, $0.stats) }) { first, _ in first })
        return made
    }

    private func stats(_ parts: StatsParts, previous: CachedStats?, at now: Instant) -> CachedStats {
        let base = previous.flatMap { DashboardStats(encoded: $0.body) } ?? DashboardStats(networkDifficulty: assumedDifficulty)
        var json = JSONWriter(capacity: 1024)
        base.updated(with: parts, at: now).encode(to: &json)
        let completeAt = parts.isComplete ? now : previous?.completeAt ?? .unixEpoch
        return CachedStats(madeAt: now, completeAt: completeAt, body: json.buffer)
    }
}
