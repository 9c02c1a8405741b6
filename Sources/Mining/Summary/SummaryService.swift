import API
import GameRules
import HTTPTypes
import Platform
import Postgres
import Redis

/// Answers the summary from roll-ups and live state.
struct SummaryService: Sendable {
    private let summaries: SummaryStore
    private let live: LiveReader

    init(database: PostgresClient, redis: RedisClient) {
        summaries = SummaryStore(database: database)
        live = LiveReader(redis: redis)
    }

    /// What the summary will ask of Redis.
    static let foresight: Foresight = { LiveReader.commands(for: LiveMiner(user: $0.user, address: $0.address), at: $1) }

    /// Without Redis the workers online come from the table and the hashrates are 0, and the answer says it is stale.
    /// - Parameter foreseen: what Redis has answered to the foresight already.
    func summary(of principal: Principal, at now: Instant, foreseen: ForeseenReplies = []) async throws -> Reply<MiningSummary> {
        let (figures, totals) = try await parts(of: principal, at: now, foreseen)
        let summary = MiningSummary(
            figures: totals,
            hashrates: figures?.hashrates ?? .zero,
            workersOnline: try await online(figures, of: principal.user)
        )
        return Reply(summary, headers: figures == nil ? [DataHeaders.stale: "1"] : [:])
    }

    private func parts(
        of principal: Principal,
        at now: Instant,
        _ foreseen: ForeseenReplies
    ) async throws -> (LiveReader.UserFigures?, SummaryStore.Figures) {
        let today = UTCDay(containing: now)
        if let figures = try? LiveReader.figures(in: foreseen, at: now) {
            return (figures, try await summaries.figures(of: principal.user, today: today))
        }
        async let totals = summaries.figures(of: principal.user, today: today)
        return (try? await live.figures(of: principal.user, address: principal.address, at: now), try await totals)
    }

    private func online(_ figures: LiveReader.UserFigures?, of user: UserID) async throws -> Int {
        if let figures { return figures.workersOnline }
        return try await summaries.workersOnline(of: user)
    }
}
