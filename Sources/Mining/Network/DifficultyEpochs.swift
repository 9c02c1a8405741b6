import GameRules
import Platform
import Postgres
import Synchronization

/// The epochs of `network_difficulty`, kept in the process: a list of shares names a difficulty for each without asking the database
/// (spec 03 §4.2). They change every other week, so that a minute-old list will do.
final class DifficultyEpochs: Sendable {
    /// How old the list may become, seconds.
    private static let lifeSeconds: Int64 = 60
    /// More than any network has had within the life of a share.
    private static let maximum: Int32 = 4096

    private struct State {
        var timeline: DifficultyTimeline?
        var readAt = Instant.unixEpoch
    }

    private let state = Mutex(State())
    private let database: PostgresClient
    private let fallback: Double

    init(runtime: Runtime) {
        database = runtime.database
        fallback = runtime.settings.mining.networkDifficultyFallback ?? (runtime.settings.network == .mainnet ? 1e14 : 1)
    }

    /// The difficulties of the network as known at an instant.
    /// - Throws: `PostgresError` while they have never been read.
    func timeline(at now: Instant) async throws -> DifficultyTimeline {
        // Whoever finds the list too old reads it; meanwhile the others make do with it.
        let known = state.withLock { state -> DifficultyTimeline? in
            let age = now.seconds(since: state.readAt)
            if state.timeline != nil, age < 0 || age >= Self.lifeSeconds {
                state.readAt = now
                return nil
            }
            return state.timeline
        }
        if let known { return known }
        do {
            let timeline = DifficultyTimeline(try await epochs(), fallback: fallback)
            state.withLock { $0 = State(timeline: timeline, readAt: now) }
            return timeline
        } catch {
            guard let known = state.withLock({ $0.timeline }) else { throw error }
            return known
        }
    }

    private func epochs() async throws -> [DifficultyTimeline.Epoch] {
        try await database.query(Self.select).decode((Instant, Double).self).map { DifficultyTimeline.Epoch(start: $0, difficulty: $1) }
    }

    static let select = SQL.named(
        "difficulty_epochs",
        "select time, difficulty from network_difficulty where is_epoch_start order by block_height desc limit \(maximum)"
    )
}
