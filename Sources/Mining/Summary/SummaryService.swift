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

    /// Without Redis the workers online come from the table and the hashrates are 0, and the answer says it is stale.
    func summary(of principal: Principal, at now: Instant) async throws -> Reply<MiningSummary> {
        async let stored = summaries.figures(of: principal.user, today: UTCDay(containing: now))
        let figures = try? await live.figures(of: principal.user, address: principal.address, at: now)
        let totals = try await stored
        let summary = MiningSummary(
            figures: totals,
            hashrates: figures?.hashrates ?? .zero,
            workersOnline: try await online(figures, of: principal.user)
        )
        return Reply(summary, headers: figures == nil ? [DataHeaders.stale: "1"] : [:])
    }

    private func online(_ figures: LiveReader.UserFigures?, of user: UserID) async throws -> Int {
        if let figures { return figures.workersOnline }
        return try await summaries.workersOnline(of: user)
    }
}
