import Algorithms
package import Feed
package import GameRules
import Logging
import Metrics
import Mining
import NIOCore
package import Platform
import Synchronization

/// Keeps the figures fresh of users who listen on this node, and tells them what has changed (spec 04 §10.1).
///
/// Users take turns by their id, a fortieth of them every quarter of a second, so that nobody's messages wait behind all others' figures; a turn
/// reads for 500 users at a time with one statement a table. Users without a socket cost nothing.
package final class StatsAggregator: Sendable {
    /// Turns until everybody has had one: ten seconds.
    package static let slices: Int64 = 40
    /// Time between two turns, milliseconds.
    static let turnMilliseconds: Int64 = 250
    private static let usersAtOnce = 500

    /// What a user's sockets were told last.
    private struct Told {
        var stats: ByteBuffer?
        var hashrate: HashrateReport?
    }

    private struct State {
        var running: Set<Int64> = []
        var told: [Int64: [UserID: Told]] = [:]
    }

    private let stats: StatsService
    private let store: StatsStore
    private let board: WorkerBoard
    private let audience: any LiveAudience
    private let logger: Logger
    private let state = Mutex(State())
    private let duration = Timer(label: "tbg_dashboard_turn_seconds")

    package init(runtime: Runtime, stats: StatsService, audience: any LiveAudience) {
        self.stats = stats
        store = StatsStore(database: runtime.database)
        board = WorkerBoard(runtime: runtime)
        self.audience = audience
        logger = runtime.logger
    }

    /// Refreshes the users whose id leaves a remainder, unless their last turn is still running.
    /// - Returns: whether it ran.
    @discardableResult
    package func turn(of slice: Int64, at now: Instant) async -> Bool {
        guard state.withLock({ $0.running.insert(slice).inserted }) else { return false }
        let start = ContinuousClock.now
        let listeners = await audience.listeners(to: [.dashboard, .mining]) { $0.rawValue % Self.slices == slice }
        let channels = Dictionary(listeners.map { ($0.user, $0.channels) }) { $0.union($1) }
        var told = state.withLock { $0.told.removeValue(forKey: slice) } ?? [:]
        told = told.filter { channels[$0.key] != nil }
        for some in Array(channels.keys).chunks(ofCount: Self.usersAtOnce) {
            do {
                try await refresh(Array(some), channels, &told, at: now)
            } catch {
                logger.warning("figures not refreshed", metadata: ["event": "dashboard_turn_failed", "error_kind": "\(type(of: error))"])
            }
        }
        let known = told
        state.withLock {
            $0.told[slice] = known
            $0.running.remove(slice)
        }
        if !channels.isEmpty { duration.recordNanoseconds(Self.nanoseconds(ContinuousClock.now - start)) }
        return true
    }

    private func refresh(
        _ users: [UserID],
        _ channels: [UserID: Set<RealtimeChannel>],
        _ told: inout [UserID: Told],
        at now: Instant
    ) async throws {
        let miners = try await store.miners(users)
        let made = try await stats.refresh(miners, at: now)
        // Without Redis there is nothing live to tell.
        let workers = try? await board.workers(of: miners.filter { channels[$0.user]?.contains(.mining) == true }, at: now)
        var states: [LiveMessage] = []
        for made in made {
            let user = made.miner.user
            let last = told[user] ?? Told()
            if channels[user]?.contains(.dashboard) == true {
                let body = made.stats.body
                states.append(
                    LiveMessage(user: user, channel: .dashboard, data: Self.update(body), isChanged: body != last.stats)
                )
                told[user, default: Told()].stats = body
            }
            if channels[user]?.contains(.mining) == true, let workers, let live = made.live {
                let update = HashrateReport(total: live, workers: workers[user] ?? [])
                let isChanged = last.hashrate.map(update.differs) ?? true
                states.append(LiveMessage(user: user, channel: .mining, data: update.data(at: now), isChanged: isChanged))
                // What was not told stays the measure: slow changes add up.
                if isChanged { told[user, default: Told()].hashrate = update }
            }
        }
        await audience.send(states)
    }

    /// The object of a `stats_update`: the figures, with their type in front.
    private static func update(_ body: ByteBuffer) -> ByteBuffer {
        var data = ByteBufferAllocator().buffer(capacity: body.readableBytes + 24)
        data.writeStaticString(#"{"type":"stats_update","#)
        data.writeImmutableBuffer(body.getSlice(at: body.readerIndex + 1, length: body.readableBytes - 1) ?? ByteBuffer())
        return data
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
