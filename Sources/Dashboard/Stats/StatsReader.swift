import GameRules
import Mining
import Platform

/// Reads what the figures of any number of users are made of, all at once: one statement a table, one round trip a kind of key.
struct StatsReader: Sendable {
    private let live: LiveFigures
    private let network: NetworkService
    private let summaries: SummaryStore
    private let store: StatsStore
    private let progress: ProgressStore
    private let cache: StatsCache

    init(runtime: Runtime) {
        live = LiveFigures(runtime: runtime)
        network = NetworkService(runtime: runtime)
        summaries = SummaryStore(database: runtime.database)
        store = StatsStore(database: runtime.database)
        progress = ProgressStore(database: runtime.database)
        cache = StatsCache(redis: runtime.redis)
    }

    /// The parts of each user; what fails is missing.
    /// - Throws: when nothing can be read at all.
    func parts(of miners: [LiveMiner], at now: Instant) async throws -> [UserID: StatsParts] {
        let users = miners.map(\.user)
        let today = UTCDay(containing: now)
        async let liveRead = attempt { try await live.figures(of: miners, at: now) }
        async let miningRead = attempt { try await summaries.latest(of: users, today: today) }
        async let hoursRead = attempt { try await hours(of: users, at: now) }
        async let progressRead = attempt { try await progress.progress(of: users, week: today.isoWeek) }
        async let networkRead = attempt { try await network.standing() }

        let mining = await miningRead
        let known = try? await liveRead.get()
        let sums = try? await hoursRead.get()
        let game = try? await progressRead.get()
        let standing = try? await networkRead.get()
        try Task.checkCancellation()
        if case .failure(let error) = mining, sums == nil, game == nil { throw error }

        return users.reduce(into: [:]) { parts, user in
            parts[user] = StatsParts(
                live: known.map { $0.figures[user] ?? LiveReader.UserFigures() },
                mining: (try? mining.get()).map { $0[user] ?? LatestFigures() },
                hours: sums.map { $0[user] ?? HourlySums() },
                progress: game.map { $0[user] ?? UserProgress() },
                network: standing,
                isStale: known?.isStale ?? true || standing?.isStale ?? true
            )
        }
    }

    /// From Redis what it holds, the rest from the table.
    private func hours(of users: [UserID], at now: Instant) async throws -> [UserID: HourlySums] {
        let running = UTCHour(containing: now)
        let cached = try? await cache.hours(of: users, running: running)
        let read = try await store.hours(of: users.filter { cached?[$0] == nil }, before: running)
        if cached != nil { try? await cache.keep(read, running: running, at: now) }
        return read.merging(cached ?? [:]) { $1 }
    }

    private func attempt<Value: Sendable>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
