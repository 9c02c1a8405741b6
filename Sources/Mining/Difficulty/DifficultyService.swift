import API
import GameRules
import Platform
import Redis

/// Answers how hard the caller's shares were: bests and their ranks, the newest shares, their distribution.
struct DifficultyService: Sendable {
    private let bests: BestReadStore
    private let ranks: LiveRanks
    private let shares: ShareReadStore
    private let distributions: DistributionStore

    init(runtime: Runtime) {
        bests = BestReadStore(database: runtime.database)
        ranks = LiveRanks(redis: runtime.redis)
        shares = ShareReadStore(database: runtime.database)
        distributions = DistributionStore(database: runtime.database)
    }

    /// The bests there are, ranks included while Redis knows them.
    func bests(of user: UserID, at now: Instant) async throws -> Reply<[BestItem]> {
        let today = UTCDay(containing: now)
        let wanted = ShownTimeframe.allCases.map { (timeframe: $0, key: $0.key(of: user, on: today)) }
        let rows = try await bests.bests(wanted.map(\.key), of: user)
        let (standings, isStale) = try await standings(of: rows)
        let items = wanted.compactMap { timeframe, key in
            rows.firstIndex { $0.key == key }.map { BestItem(timeframe: timeframe, best: rows[$0], standing: standings[$0]) }
        }
        return Reply(items, headers: DataHeaders.fields(isStale: isStale))
    }

    /// - Throws: 404 `no_personal_best`.
    func percentile(_ query: PercentileQuery, of user: UserID, at now: Instant) async throws -> Reply<PercentileAnswer> {
        let key = BestKey(user: user, timeframe: query.timeframe, day: UTCDay(containing: now))
        guard let best = try await bests.bests([key], of: user).first else { throw APIError.noPersonalBest }
        let (standings, isStale) = try await standings(of: [best])
        var standing = standings.first ?? nil
        // Redis is away, or has lost its sets.
        if standing == nil { standing = try await bests.standing(of: best) }
        guard let standing else { throw APIError.noPersonalBest }
        return Reply(PercentileAnswer(best: best, standing: standing), headers: DataHeaders.fields(isStale: isStale))
    }

    func scatter(_ query: ScatterQuery, of user: UserID, at now: Instant) async throws -> DifficultyScatter {
        let selection = ShareSelection(of: user, isValid: true)
        return DifficultyScatter(try await shares.slice(selection, behind: nil, limit: query.limit, at: now).rows)
    }

    func distribution(_ query: DistributionQuery, of user: UserID, at now: Instant) async throws -> DifficultyDistribution {
        let today = UTCDay(containing: now)
        return DifficultyDistribution(try await distributions.histogram(today.advanced(by: 1 - query.days)...today, of: user))
    }

    /// All nil while Redis is away.
    private func standings(of rows: [BestReadStore.Row]) async throws -> (standings: [BestStanding?], isStale: Bool) {
        do {
            return (try await ranks.standings(of: rows), false)
        } catch is RedisError {
            return (rows.map { _ in nil }, true)
        }
    }
}
