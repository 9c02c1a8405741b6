import GameRules
import Logging
import Platform
import Redis
import Synchronization

/// Brings committed batches into live state: at once as long as ingest keeps up. While it is behind, the batches of a second are written
/// together, since all of them touch the same miners; a crash then costs the rings at most that second (spec 03a §6.2, §8.4).
final class LiveWriter: Sendable {
    private struct State {
        var waiting = LiveDelta()
        var isScheduled = false
    }

    private static let interval = Duration.seconds(1)

    private let live: LiveState
    private let clock: Clock
    private let logger: Logger
    private let state = Mutex(State())

    init(live: LiveState, clock: Clock, logger: Logger) {
        self.live = live
        self.clock = clock
        self.logger = logger
    }

    /// Takes over a committed batch.
    /// - Parameter isBehind: whether more batches wait to be stored.
    func add(_ change: BatchChange, isBehind: Bool) async {
        let mustSchedule = state.withLock { state in
            state.waiting.add(change.shares)
            state.waiting.add(change.raisedBests)
            guard isBehind, !state.isScheduled else { return false }
            state.isScheduled = true
            return true
        }
        guard isBehind else { return await flush() }
        if mustSchedule {
            Task {
                try? await Task.sleep(for: Self.interval)
                await flush()
            }
        }
    }

    /// Writes what waits. Best effort: the facts are in the database whatever happens here.
    func flush() async {
        let delta = state.withLock { state in
            defer { state = State() }
            return state.waiting
        }
        guard !delta.isEmpty else { return }
        do { try await live.write(delta, now: clock.now()) } catch {
            logger.warning("live figures not refreshed", metadata: ["event": "live_state", "error_kind": "\(type(of: error))"])
        }
    }
}
