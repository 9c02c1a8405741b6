import GameRules
import Platform

/// Answers lists and statistics of shares, from the database alone.
struct ShareService: Sendable {
    private let shares: ShareReadStore
    private let figures: ShareStatisticsStore
    private let workers: WorkerReadStore
    private let epochs: DifficultyEpochs
    private let cursors: PageCursors

    init(runtime: Runtime, epochs: DifficultyEpochs) {
        shares = ShareReadStore(database: runtime.database)
        figures = ShareStatisticsStore(database: runtime.database)
        workers = WorkerReadStore(database: runtime.database)
        cursors = PageCursors(runtime.settings.tokens, random: runtime.random)
        self.epochs = epochs
    }

    /// - Throws: 422 `invalid_cursor`.
    func page(_ query: SharesQuery, of user: UserID, at now: Instant) async throws -> SharePage {
        let position = try query.cursor.map { try cursors.position($0, of: .shares, for: user) }
        var worker: Int64?
        if let name = query.workerName {
            worker = try await workers.worker(named: name, of: user)?.id
            // Nobody's worker has no shares.
            if worker == nil { return SharePage(data: [], pagination: Pagination(limit: query.limit, nextCursor: nil)) }
        }
        let selection = ShareSelection(
            of: user,
            worker: worker,
            isValid: query.isValid,
            minimumDifficulty: query.minimumDifficulty
        )
        async let known = epochs.timeline(at: now)
        let slice = try await shares.slice(selection, behind: position, limit: query.limit, at: now)
        let timeline = try await known
        let next = slice.next.map { cursors.cursor($0, of: .shares, for: user) }
        return SharePage(
            data: slice.rows.map { ShareItem($0, timeline) },
            pagination: Pagination(limit: query.limit, nextCursor: next)
        )
    }

    func statistics(of user: UserID, at now: Instant) async throws -> ShareStatistics {
        ShareStatistics(figures: try await figures.figures(of: user, today: UTCDay(containing: now)))
    }
}

extension CursorRoute {
    /// `/api/v1/mining/shares`.
    static let shares = CursorRoute(tag: 4)
}
